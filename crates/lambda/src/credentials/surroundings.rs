//! What the process stands in: its variables, its home, and the addresses that clouds reserve.

use net::forward::{BadVariable, FromEnvironment};
use std::path::PathBuf;

/// Where variables such as `AWS_REGION` come from.
pub(crate) type Environment = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// The surroundings of the process; tests bring their own.
pub(crate) struct Surroundings {
    pub(crate) variable: Environment,
    /// Where ECS answers to relative addresses.
    pub(crate) container: String,
    /// Where EC2's metadata are, unless a variable says.
    pub(crate) metadata: String,
}

impl Default for Surroundings {
    fn default() -> Self {
        Self::with(Box::new(|name| std::env::var(name).ok()))
    }
}

impl Surroundings {
    /// The usual ones, with variables from elsewhere.
    pub(crate) fn with(variable: Environment) -> Self {
        Self { variable, container: "http://169.254.170.2".to_owned(), metadata: "http://169.254.169.254".to_owned() }
    }

    /// A variable that is set to something.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        (self.variable)(name).filter(|value| !value.trim().is_empty())
    }

    /// The first of these variables that is set to something.
    pub(crate) fn first(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.variable(name))
    }

    /// Whether a switch is on: set to anything but `false` or `0`.
    pub(crate) fn is_on(&self, name: &str) -> bool {
        self.variable(name).is_some_and(|value| !matches!(value.trim().to_ascii_lowercase().as_str(), "false" | "0"))
    }

    /// The forward proxies that the variables name.
    pub(crate) fn proxies(&self) -> Result<FromEnvironment, BadVariable> {
        FromEnvironment::read(|name| self.variable(name))
    }

    /// The endpoint that variables name for a service, unless they are to be left alone.
    pub(crate) fn endpoint(&self, of_service: &str) -> Option<String> {
        if self.is_on("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") {
            return None;
        }
        self.first(&[of_service, "AWS_ENDPOINT_URL"])
    }

    /// Whether the region's FIPS endpoint is wanted, and whether the dual-stack one is, where the configuration says
    /// nothing of it.
    pub(crate) fn kinds(&self, fips: Option<bool>, dual_stack: Option<bool>) -> (bool, bool) {
        let on = |said: Option<bool>, name| said.unwrap_or_else(|| self.is_on(name));
        (on(fips, "AWS_USE_FIPS_ENDPOINT"), on(dual_stack, "AWS_USE_DUALSTACK_ENDPOINT"))
    }

    /// The shared files: settings, then keys.
    pub(crate) fn shared_files(&self) -> [PathBuf; 2] {
        let home = self.first(&["HOME", "USERPROFILE"]).unwrap_or_default();
        let of = |variable: &str, usual: &str| match self.variable(variable) {
            Some(path) => match path.strip_prefix("~/") {
                Some(rest) => PathBuf::from(&home).join(rest),
                None => PathBuf::from(path),
            },
            None => PathBuf::from(&home).join(".aws").join(usual),
        };
        [of("AWS_CONFIG_FILE", "config"), of("AWS_SHARED_CREDENTIALS_FILE", "credentials")]
    }
}
