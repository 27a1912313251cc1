//! Sources on the command line: files and folders, each in a dialect, in the order in which they were given.

use crate::exit::Refusal;
use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, ValueHint};
use dialect::Dialect;
use dialect::resolve::Environment;
use std::path::{Path, PathBuf};
use store::Documents;

/// A place that configuration is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    /// In which language.
    pub(crate) language: Language,
    /// File or folder.
    pub(crate) path: PathBuf,
    /// Policies that guard, are not there, and may be left out.
    pub(crate) allow_missing: Vec<String>,
    /// The file in which its entities are kept; then `path` may be empty, and is taken in once.
    pub(crate) kept: Option<PathBuf>,
    /// The folder for what it keeps of its own; `None`: it is only looked at.
    pub(crate) data: Option<PathBuf>,
}

impl Source {
    /// A source that is only looked at.
    pub(crate) fn new(language: Language, path: PathBuf) -> Self {
        Self { language, path, allow_missing: Vec::new(), kept: None, data: None }
    }

    /// Who reads it.
    pub(crate) fn dialect(&self) -> Box<dyn Dialect> {
        let (allow_missing, kept, data) = (self.allow_missing.clone(), self.kept.is_some(), self.data.clone());
        match self.language {
            Language::Native => Box::new(native::Native),
            Language::Kong => Box::new(kong::Kong { allow_missing, kept }),
            Language::Apisix => Box::new(apisix::Apisix::new(&allow_missing).with_data(data, kept)),
            Language::Gravitee => Box::new(gravitee::Gravitee { allow_missing }),
        }
    }
}

/// The languages that the command line knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Native,
    Kong,
    Apisix,
    Gravitee,
}

/// What finds the functions that documents declare to be on this machine.
pub(crate) type Declares = fn(&Documents, &dyn Environment) -> Vec<native::sam::Function>;

impl Language {
    /// Who finds the functions that it declares.
    pub(crate) fn declares(self) -> Declares {
        match self {
            Self::Native => native::functions,
            Self::Kong | Self::Apisix | Self::Gravitee => |_, _| Vec::new(),
        }
    }
}

/// The sources of a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sources {
    given: Vec<Source>,
    missing: Vec<String>,
}

impl Sources {
    /// Whether the command line names any.
    pub(crate) fn any_given(&self) -> bool {
        !self.given.is_empty()
    }

    /// The same, the one of this language with its entities kept in this file.
    pub(crate) fn with_kept(mut self, language: Language, file: PathBuf) -> Result<Self, Refusal> {
        if !self.given.iter().any(|source| source.language == language) {
            let empty = Source::new(language, PathBuf::new());
            self.given.push(Source { allow_missing: self.missing.clone(), ..empty });
        }
        let mut those = self.given.iter_mut().filter(|source| source.language == language);
        if let Some(first) = those.next() {
            first.kept = Some(file);
        }
        let flag = FLAGS.iter().find(|flag| flag.language == language).map_or("", |flag| flag.id);
        match those.next() {
            Some(_) => Err(Refusal::new(format!("--{flag}-db is for one such source"), format!("give --{flag} once"))),
            None => Ok(self),
        }
    }

    /// What is served: each source may keep things of its own in this folder.
    pub(crate) fn served(&self, data: &Path) -> Vec<Source> {
        let with = |source| Source { data: Some(data.to_owned()), ..source };
        self.or_this_folder().into_iter().map(with).collect()
    }

    /// Whether some source keeps things of its own.
    pub(crate) fn any_keeps(&self) -> bool {
        self.given.iter().any(|source| source.language == Language::Apisix)
    }

    /// The sources given, or this folder when none is.
    pub(crate) fn or_this_folder(&self) -> Vec<Source> {
        if self.any_given() {
            return self.given.clone();
        }
        vec![Source::new(Language::Native, PathBuf::from("."))]
    }
}

/// A flag that names a source.
struct Flag {
    id: &'static str,
    language: Language,
    variable: &'static str,
    value: &'static str,
    /// Whether the value may be left out.
    optional: bool,
    help: &'static str,
}

/// The option that opens what is guarded by nobody.
const ALLOW_MISSING: &str = "allow-missing";

const FLAGS: [Flag; 3] = [
    Flag {
        id: "kong",
        language: Language::Kong,
        variable: "LAMBDAGATE_KONG",
        value: "PATH",
        optional: true,
        help: "Kong configuration: a declarative file, a kong.conf, or a folder with either; this folder without PATH",
    },
    Flag {
        id: "apisix",
        language: Language::Apisix,
        variable: "LAMBDAGATE_APISIX",
        value: "PATH",
        optional: false,
        help: "Apache APISIX configuration: the folder conf/, or a file such as apisix.yaml",
    },
    Flag {
        id: "gravitee",
        language: Language::Gravitee,
        variable: "LAMBDAGATE_GRAVITEE",
        value: "PATH",
        optional: false,
        help: "Gravitee API definitions: a definition, a folder of them, or a gateway's home with config/gravitee.yml and apis/",
    },
];

impl Args for Sources {
    fn augment_args(command: Command) -> Command {
        let path = || OsStringValueParser::new().map(PathBuf::from);
        let source = Arg::new("source")
            .value_name("SOURCE")
            .help("File or folder in the native language, or an AWS SAM template; a folder holds lambdagate.yaml or template.yaml. Several may be given. Without any: this folder")
            .action(ArgAction::Append)
            .num_args(0..)
            .value_hint(ValueHint::AnyPath)
            .value_parser(path());
        let missing = Arg::new(ALLOW_MISSING)
            .long("allow-missing")
            .value_name("NAME")
            .help("Leave out this plugin or policy, which guards and is not there: what it would have guarded stands open. Several are separated by commas")
            .help_heading("Sources of other languages")
            .env("LAMBDAGATE_ALLOW_MISSING")
            .hide_env_values(true)
            .action(ArgAction::Append)
            .value_delimiter(',');
        let command = FLAGS.iter().fold(command.arg(source), |command, flag| {
            let arg = Arg::new(flag.id).long(flag.id).value_name(flag.value).help(flag.help);
            let arg = arg.help_heading("Sources of other languages").env(flag.variable).hide_env_values(true);
            let arg = arg.action(ArgAction::Append).value_hint(ValueHint::AnyPath).value_parser(path());
            command.arg(if flag.optional { arg.num_args(0..=1).default_missing_value(".") } else { arg })
        });
        command.arg(missing)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Sources {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut sources = Self::default();
        sources.update_from_arg_matches(matches)?;
        Ok(sources)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        let native = std::iter::once(("source", Language::Native));
        let all = native.chain(FLAGS.iter().map(|flag| (flag.id, flag.language)));
        let mut found: Vec<(usize, Source)> = all.flat_map(|(id, language)| of_one(matches, id, language)).collect();
        found.sort_by_key(|(place, _)| *place);
        let missing: Vec<String> = matches.get_many(ALLOW_MISSING).into_iter().flatten().cloned().collect();
        let with = |(_, source)| Source { allow_missing: missing.clone(), ..source };
        self.given = found.into_iter().map(with).collect();
        self.missing = missing;
        Ok(())
    }
}

/// The sources of one argument, with their places on the command line.
fn of_one(matches: &ArgMatches, id: &str, language: Language) -> Vec<(usize, Source)> {
    let paths = matches.get_many::<PathBuf>(id).into_iter().flatten();
    let places = matches.indices_of(id).into_iter().flatten();
    places.zip(paths).map(|(place, path)| (place, Source::new(language, path.clone()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Vec<Source> {
        let command = Sources::augment_args(Command::new("x").no_binary_name(true));
        Sources::from_arg_matches(&command.try_get_matches_from(words).unwrap()).unwrap().or_this_folder()
    }

    fn source(language: Language, path: &str) -> Source {
        Source::new(language, path.into())
    }

    fn check(words: &[&str], expected: &[(Language, &str)]) {
        let expected: Vec<Source> = expected.iter().map(|(language, path)| source(*language, path)).collect();
        assert_eq!(read(words), expected, "{words:?}");
    }

    #[test]
    fn sources_keep_the_order_of_the_command_line() {
        use Language::{Apisix, Gravitee, Kong, Native};
        check(&[], &[(Native, ".")]);
        check(&["a.yaml"], &[(Native, "a.yaml")]);
        check(&["a", "--kong", "k", "b", "--apisix", "x"], &[(Native, "a"), (Kong, "k"), (Native, "b"), (Apisix, "x")]);
        check(&["--gravitee", "g", "--kong", "k"], &[(Gravitee, "g"), (Kong, "k")]);
        check(&["--kong"], &[(Kong, ".")]);
        check(&["--kong", "--apisix", "x", "--kong", "k"], &[(Kong, "."), (Apisix, "x"), (Kong, "k")]);
    }

    #[test]
    fn a_flag_without_its_value_is_an_error() {
        let command = Sources::augment_args(Command::new("x").no_binary_name(true));
        assert!(command.try_get_matches_from(["--apisix"]).is_err());
    }

    #[test]
    fn every_language_has_its_dialect() {
        use Language::{Apisix, Gravitee, Kong, Native};
        for (language, name) in [(Native, "native"), (Kong, "kong"), (Apisix, "apisix"), (Gravitee, "gravitee")] {
            assert_eq!(Source::new(language, PathBuf::new()).dialect().name(), name);
        }
    }

    #[test]
    fn what_may_be_missing_is_told_to_all_sources() {
        let found = read(&["--kong", "k", "--allow-missing", "a,b", "--allow-missing", "c"]);
        assert_eq!(found[0].allow_missing, ["a", "b", "c"]);
    }
}
