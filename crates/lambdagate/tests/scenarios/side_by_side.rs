//! Policies side by side, as the pages below docs/side-by-side/ show them: what stands in another language, and below it
//! the native form that means the same. `UPDATE_GOLDEN=1` writes these forms anew.

mod language;
mod layout;
mod meaning;
mod page;

use language::Language;
use meaning::Meaning;
use page::{Page, Part};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The info string of a native form that is made from the block above it.
const SAME: &str = "yaml lambdagate same";

/// What the pages show of one policy.
#[derive(Default)]
struct Section {
    /// How it is usually written.
    native: String,
    /// The kinds of policies that the usual form means.
    kinds: Vec<String>,
    /// The blocks of each other language, one after the other.
    others: BTreeMap<&'static str, String>,
    /// The kinds of policies that these mean.
    other_kinds: Vec<String>,
}

type Sections = BTreeMap<String, Section>;

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

fn pages() -> Vec<Page> {
    let entries = std::fs::read_dir(docs().join("side-by-side")).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    paths.sort();
    paths.iter().map(|path| Page::read(path)).collect()
}

/// Looks at each block of a page, and makes the native forms anew.
fn check(page: &Page, sections: &mut Sections) -> (Vec<Part>, Vec<String>) {
    let (mut made, mut wrong, mut name) = (Vec::new(), Vec::new(), String::new());
    for (at, part) in page.parts.iter().enumerate() {
        let Part::Block { info, body } = part else {
            name = part.heading().unwrap_or(name);
            made.push(part.clone());
            continue;
        };
        if info == SAME {
            continue;
        }
        made.push(part.clone());
        let Some(language) = Language::of(info) else { continue };
        let section = sections.entry(name.clone()).or_default();
        match judge(language, body, section) {
            Ok(Some(same)) => {
                let block = Part::Block { info: SAME.to_owned(), body: same };
                if page.same_after(at) != Some(&block) {
                    wrong.push(format!("{name}: the native form of this is another one:\n{body}"));
                }
                made.extend([Part::Text("\n".to_owned()), block]);
            }
            Ok(None) => {}
            Err(why) => wrong.push(format!("{name}, {}: {why}\n{body}", language.name())),
        }
    }
    (made, wrong)
}

/// What a block means, noted in its section; for another language the native form of it, which was read back.
fn judge(language: Language, body: &str, section: &mut Section) -> Result<Option<String>, String> {
    let meaning = language.meaning(body, &language::environment())?;
    if language == Language::Native {
        section.native.push_str(body);
        section.kinds.extend(meaning.kinds());
        return Ok(None);
    }
    section.others.entry(language.name()).or_default().push_str(body);
    section.other_kinds.extend(meaning.kinds());
    meaning.native_form().map(Some)
}

#[test]
fn every_native_form_means_what_stands_above_it() {
    let mut wrong = Vec::new();
    for page in pages() {
        let (made, found) = check(&page, &mut Sections::new());
        let update = std::env::var_os("UPDATE_GOLDEN").is_some();
        if update {
            page.write(&made);
        }
        let is_old = |why: &String| update && why.contains("is another one");
        wrong.extend(found.into_iter().filter(|why| !is_old(why)));
    }
    assert!(wrong.is_empty(), "{}\n\nUPDATE_GOLDEN=1 writes the native forms anew", wrong.join("\n"));
}

/// A row of the table of policies: names, and what each other language calls them.
type Row = (Vec<String>, Vec<(&'static str, Vec<String>)>);

/// The rows of the table of policies.
fn rows() -> Vec<Row> {
    let text = std::fs::read_to_string(docs().join("policies.md")).unwrap();
    let table = text.lines().skip_while(|line| !line.starts_with("| policy |")).skip(2);
    let quoted = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let names = cells[0].split(", ").map(str::to_owned).collect();
        (names, vec![("kong", quoted(cells[3])), ("apisix", quoted(cells[4])), ("gravitee", quoted(cells[5]))])
    };
    table.take_while(|line| line.starts_with('|')).map(row).collect()
}

#[test]
fn every_policy_stands_in_every_language_that_has_it() {
    let mut sections = Sections::new();
    for page in pages() {
        check(&page, &mut sections);
    }
    let mut wrong = Vec::new();
    let rows = rows();
    for (names, languages) in &rows {
        for name in names.iter().filter(|name| *name != "missing") {
            let Some(section) = sections.get(name) else {
                wrong.push(format!("{name} has no section"));
                continue;
            };
            wrong.extend(unlike(section).map(|why| format!("{name}: {why}")));
        }
        let shown = |language: &str| {
            let all = names.iter().filter_map(|name| sections.get(name)?.others.get(language));
            all.cloned().collect::<String>()
        };
        for (language, words) in languages {
            let text = shown(language);
            let lost = words.iter().flat_map(|word| word.split('.')).filter(|word| !text.contains(word));
            wrong
                .extend(lost.map(|word| format!("{}: {language} has {word}, and no block shows it", names.join(", "))));
        }
    }
    assert!(rows.len() >= 48, "only {} policies", rows.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Why the usual form of a section is not of the kind that its other blocks are.
fn unlike(section: &Section) -> Option<String> {
    if section.kinds.is_empty() {
        return Some("no usual form".to_owned());
    }
    let found = section.other_kinds.is_empty() || section.kinds.iter().any(|kind| section.other_kinds.contains(kind));
    (!found).then(|| format!("usually {:?}, elsewhere {:?}", section.kinds, section.other_kinds))
}

#[test]
fn a_form_that_means_something_else_is_found() {
    let read = |text| Language::Native.meaning(text, &BTreeMap::new()).unwrap();
    let one: Meaning = read("- rate-limit: 100/minute\n");
    assert_eq!(one, read("- rate-limit: { limit: 100/minute, scope: other }\n"));
    assert_ne!(one, read("- rate-limit: 101/minute\n"));
    assert_ne!(one, read("- rate-limit: 100/minute\n  phase: access\n"));
    assert!(Language::Native.meaning("- rate-limit: often\n", &BTreeMap::new()).is_err());
}
