//! A page in the text format of Prometheus, version 0.0.4, in which every name may stand.

use super::{Book, Series};
use std::fmt::Write;

/// A page that is being written.
#[derive(Debug, Default)]
pub struct Page(String);

impl Page {
    /// The media type of a page.
    pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

    /// A gauge: for each row the values of these labels, and its own.
    pub fn gauge<const N: usize>(&mut self, name: &str, help: &str, labels: [&str; N], rows: &[([&str; N], u64)]) {
        self.head(name, help, "gauge");
        for (values, value) in rows {
            self.line(name, "", labels.iter().copied().zip(values.iter().copied()), None, *value * 1000);
        }
    }

    /// A counter without labels.
    pub fn counter(&mut self, name: &str, help: &str, value: u64) {
        self.head(name, help, "counter");
        self.line(name, "", std::iter::empty(), None, value * 1000);
    }

    /// All series of a book.
    pub fn book(&mut self, book: &Book) {
        for (name, family) in &book.locked().by_name {
            let form = &family.form;
            let kind = if form.bounds.is_some() { "histogram" } else { "counter" };
            self.head(name, &form.help, kind);
            for (values, series) in &family.series {
                let labels = || form.labels.iter().map(String::as_str).zip(values.iter().map(|value| &**value));
                self.series(name, labels, series);
            }
        }
    }

    /// The page so far.
    pub fn text(self) -> String {
        self.0
    }

    fn series<'a, L>(&mut self, name: &str, labels: impl Fn() -> L, series: &Series)
    where
        L: Iterator<Item = (&'a str, &'a str)>,
    {
        let Some(buckets) = series.buckets() else {
            return self.line(name, "", labels(), None, series.sum());
        };
        let mut count = 0;
        for (bound, up_to) in buckets {
            let bound = bound.map_or_else(|| "+Inf".to_owned(), decimal);
            self.line(name, "_bucket", labels(), Some(&bound), up_to * 1000);
            count = up_to;
        }
        self.line(name, "_count", labels(), None, count * 1000);
        self.line(name, "_sum", labels(), None, series.sum());
    }

    fn head(&mut self, name: &str, help: &str, kind: &str) {
        let help = help.replace('\\', "\\\\").replace('\n', "\\n");
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}"); // a String takes everything
    }

    fn line<'a>(
        &mut self,
        name: &str,
        suffix: &str,
        labels: impl Iterator<Item = (&'a str, &'a str)>,
        bound: Option<&str>,
        thousandths: u64,
    ) {
        self.0.push_str(name);
        self.0.push_str(suffix);
        let mut before = '{';
        for (label, value) in labels {
            self.label(before, label, value);
            before = ',';
        }
        if let Some(bound) = bound {
            self.label(before, "le", bound);
            before = ',';
        }
        if before == ',' {
            self.0.push('}');
        }
        let _ = writeln!(self.0, " {}", decimal(thousandths));
    }

    fn label(&mut self, before: char, label: &str, value: &str) {
        self.0.push(before);
        self.0.push_str(label);
        self.0.push_str("=\"");
        escape(&mut self.0, value);
        self.0.push('"');
    }
}

fn escape(out: &mut String, value: &str) {
    for char in value.chars() {
        match char {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            other => out.push(other),
        }
    }
}

/// Thousandths as a decimal number, without needless digits.
fn decimal(thousandths: u64) -> String {
    let (whole, rest) = (thousandths / 1000, thousandths % 1000);
    if rest == 0 {
        return whole.to_string();
    }
    let text = format!("{whole}.{rest:03}");
    text.trim_end_matches('0').to_owned()
}
