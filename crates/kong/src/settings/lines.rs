//! The lines of a `kong.conf`: `name = value`, comments behind `#`.

/// What the lines of a file say.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    told: Vec<(String, String, u32)>,
}

impl Lines {
    /// Reads a file. Of a name that stands twice the last line counts.
    pub fn read(text: &str) -> Self {
        let mut lines = Self::default();
        for (at, line) in text.lines().enumerate() {
            let Some((name, value)) =
                without_comment(line).split_once('=').map(|(n, v)| (n.trim().to_owned(), v.trim().to_owned()))
            else {
                continue;
            };
            if name.is_empty() {
                continue;
            }
            let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
            lines.told.retain(|(other, _, _)| *other != name);
            lines.told.push((name, bare(&value).replace("\\#", "#"), number));
        }
        lines
    }

    /// The value of a name, with its line.
    pub fn find(&self, name: &str) -> Option<(&str, u32)> {
        self.told.iter().find(|(other, _, _)| other == name).map(|(_, value, line)| (value.as_str(), *line))
    }

    /// The value of a name unless it is empty.
    pub fn value(&self, name: &str) -> Option<String> {
        self.find(name).map(|(value, _)| value.to_owned()).filter(|value| !value.is_empty())
    }

    /// Everything that is said.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str, u32)> {
        self.told.iter().map(|(name, value, line)| (name.as_str(), value.as_str(), *line))
    }
}

fn without_comment(line: &str) -> &str {
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        if c == '#' && !escaped {
            return &line[..at];
        }
        escaped = c == '\\';
    }
    line
}

fn bare(value: &str) -> &str {
    let quoted = |quote| value.strip_prefix(quote).and_then(|value| value.strip_suffix(quote));
    quoted('\'').or_else(|| quoted('"')).unwrap_or(value)
}
