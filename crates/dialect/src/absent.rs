//! Plugins that an original has and this gateway does not, as a dialect lists them.

/// A plugin that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Absent {
    /// Its name.
    pub name: &'static str,
    /// Its place in the order.
    pub priority: i64,
    /// Whether it guards: routes that it would have guarded answer 503 rather than stand open.
    pub guards: bool,
    /// What changes because it is not there.
    pub loss: &'static str,
}

/// One that guards.
pub const fn guard(name: &'static str, priority: i64, loss: &'static str) -> Absent {
    Absent { name, priority, guards: true, loss }
}

/// One that does not.
pub const fn plain(name: &'static str, priority: i64, loss: &'static str) -> Absent {
    Absent { name, priority, guards: false, loss }
}
