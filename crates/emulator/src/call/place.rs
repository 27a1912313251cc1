//! Where code that does not load is wrong: file and line, for people.

use super::failure::Failure;
use std::path::Path;

/// The failure as text, with the place in the function's folder that its stack names first.
pub(super) fn name(failure: &Failure, folder: &Path) -> String {
    let text = failure.to_string();
    match failure.stack().iter().find_map(|line| place(line, folder)) {
        Some(place) if !text.contains(&place) => format!("{text} ({place})"),
        _ => text,
    }
}

/// `file:line`, of `…/file.py", line 2`, `…/file.py" Line 2` or `…/index.mjs:2:7`.
fn place(line: &str, folder: &Path) -> Option<String> {
    let inside = format!("{}/", folder.to_str()?);
    let (_, rest) = line.split_once(&inside)?;
    let end = rest.find(['"', ':', ')'])?;
    let (file, rest) = rest.split_at(end);
    let digits = rest.trim_start_matches(|char: char| !char.is_ascii_digit());
    let number: String = digits.chars().take_while(char::is_ascii_digit).collect();
    (!number.is_empty() && !file.contains("node_modules/")).then(|| format!("{file}:{number}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_place_in_the_folder_is_named() {
        let folder = Path::new("/srv/f");
        for (line, expected) in [
            ("  File \"/srv/f/lambda_function.py\", line 2, in lambda_handler", Some("lambda_function.py:2")),
            ("  File \"/srv/f/a/b.py\" Line 12", Some("a/b.py:12")),
            ("/srv/f/index.mjs:3", Some("index.mjs:3")),
            ("    at file:///srv/f/index.mjs:2:1", Some("index.mjs:2")),
            ("    at Object.<anonymous> (/srv/f/index.cjs:4:7)", Some("index.cjs:4")),
            ("    at a (/srv/f/node_modules/x/index.js:4:7)", None),
            ("    at node:internal/modules:1:2", None),
            ("/srv/f/index.mjs", None),
        ] {
            assert_eq!(place(line, folder).as_deref(), expected, "{line}");
        }
    }
}
