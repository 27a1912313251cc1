//! Documents lead somewhere: relative links have a target, and quoted paths of the checkout are there.

use super::{Remark, Tree};

/// Folders of the checkout whose paths documents quote.
const FOLDERS: &[&str] = &["crates/", "docs/", "examples/", "xtask/", "benches/", "fuzz/", "console/"];

/// Every relative link in Markdown has its file, and its heading if it names one.
pub fn targets(tree: &Tree) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for (page, text) in tree.with_extension("md") {
        for (line, link) in
            prose(text).flat_map(|(line, text)| links(&without_code(text)).map(move |l| (line, l)).collect::<Vec<_>>())
        {
            if link.contains(':') {
                continue;
            }
            let (file, heading) = link.split_once('#').map_or((link.as_str(), None), |(file, h)| (file, Some(h)));
            let path = if file.is_empty() { page.to_owned() } else { join(page, file) };
            let lost = if !tree.holds(&path) {
                Some(format!("the link `{link}` leads to `{path}`, which is not there"))
            } else {
                let named = heading.zip(tree.text(&path)).filter(|_| path.ends_with(".md"));
                named
                    .filter(|(heading, text)| !anchors(text).any(|anchor| anchor == *heading))
                    .map(|(heading, _)| format!("`{path}` has no heading `#{heading}`"))
            };
            remarks.extend(lost.map(|reason| remark(page, line, reason, "mend the link, or write what it promises")));
        }
    }
    remarks
}

/// A path of the checkout quoted in backticks is there; one with `<`, `{` or `*` is a pattern.
pub fn quoted_paths(tree: &Tree) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for (page, text) in tree.with_extension("md") {
        for (line, text) in prose(text) {
            for quoted in text.split('`').skip(1).step_by(2) {
                let is_path = FOLDERS.iter().any(|folder| quoted.starts_with(folder))
                    && !quoted.contains(['<', '{', '*', ' ', '…']);
                if is_path && !tree.holds(quoted) {
                    let reason = format!("`{quoted}` is not there");
                    remarks.push(remark(page, line, reason, "name the file that is there, or take the promise out"));
                }
            }
        }
    }
    remarks
}

fn remark(page: &str, line: usize, reason: String, remedy: &str) -> Remark {
    Remark { path: page.to_owned(), line, reason, remedy: remedy.to_owned() }
}

/// The lines outside fenced blocks, numbered from 1.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    text.lines().enumerate().filter_map(move |(at, line)| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        (!fenced && !fence).then_some((at + 1, line))
    })
}

fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join("``")
}

fn links(line: &str) -> impl Iterator<Item = String> + use<> {
    let found: Vec<String> = line
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .map(|(link, _)| link.split_whitespace().next().unwrap_or("").to_owned())
        .collect();
    found.into_iter()
}

fn join(page: &str, link: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}

/// The anchors that a page's headings have where Markdown is shown.
fn anchors(text: &str) -> impl Iterator<Item = String> {
    prose(text).filter(|(_, line)| line.starts_with('#')).map(|(_, line)| {
        let heading = line.trim_start_matches('#').trim().to_lowercase();
        let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    })
}
