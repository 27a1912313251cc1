//! Where a plugin's configuration stands, for the plugin that says what it means.

use super::judged::Remark;
use crate::entity::Part;
use crate::plugin::Plugin;
use crate::schema::Object;
use crate::settings::Settings;
use dialect::Faith;
use model::call::UrlPath;
use model::id::ConsumerId;

/// What a plugin may ask while it is lowered.
pub(crate) struct At<'a> {
    /// The plugin.
    pub(crate) plugin: Plugin,
    /// What counters of it count together by: the object it stands in.
    pub(crate) counter: &'a str,
    /// Its metadata, defaults not filled in.
    pub(crate) metadata: Option<&'a Object>,
    /// Its attributes of the process, from the settings.
    pub(crate) attr: Part<'a>,
    /// Whether there is a consumer of this name.
    pub(crate) consumers: &'a mut dyn FnMut(&str) -> bool,
    /// What of the request's path is appended to a function's URL.
    pub(crate) url_path: UrlPath,
    /// The settings of the process.
    pub(crate) settings: &'a Settings,
    /// Where remarks go.
    pub(crate) remarks: &'a mut Vec<Remark>,
}

impl At<'_> {
    /// What counters of this configuration count together by.
    pub(crate) fn counter(&self) -> String {
        format!("apisix/{}", self.counter)
    }

    /// The plugin's metadata.
    pub(crate) fn metadata(&self) -> Part<'_> {
        self.metadata.map_or(Part::of_value(None), Part::of)
    }

    /// What of the request's path is appended to a function's URL.
    pub(crate) fn url_path(&self) -> UrlPath {
        self.url_path.clone()
    }

    /// The consumer that stands for clients who prove nothing.
    pub(crate) fn anonymous(&mut self, conf: Part<'_>) -> Option<ConsumerId> {
        let name = conf.text("anonymous_consumer")?;
        if (self.consumers)(name) {
            return Some(ConsumerId::new(super::name("consumer", name)));
        }
        let message = format!("there is no consumer {name:?}: a request without a valid credential is refused");
        self.say(Faith::Unsupported, "anonymous_consumer", message);
        None
    }

    /// A remark on a member of the configuration.
    pub(crate) fn say(&mut self, faith: Faith, member: &str, message: impl Into<String>) {
        let path = format!("plugins.{}.{member}", self.plugin.name());
        self.remarks.push(Remark::new(faith, path, message));
    }
}
