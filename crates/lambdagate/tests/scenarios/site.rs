//! A folder with a configuration and functions, as a user has it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Removed when dropped.
pub(crate) struct Site {
    folder: PathBuf,
}

static COUNT: AtomicUsize = AtomicUsize::new(0);

impl Site {
    /// A folder whose `lambdagate.yaml` has this text.
    pub(crate) fn new(config: &str) -> Self {
        let unique = format!("site-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let site = Self { folder: Path::new(env!("CARGO_TARGET_TMPDIR")).join(unique) };
        site.write("lambdagate.yaml", config);
        site
    }

    /// Writes a file as editors do: whole, by renaming.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let file = self.folder.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        let fresh = file.with_extension("fresh");
        fs::write(&fresh, text).unwrap();
        fs::rename(&fresh, &file).unwrap();
    }

    /// A Python function: the body of `lambda_handler(event, context)`.
    pub(crate) fn python(self, name: &str, body: &str) -> Self {
        let body = body.trim_matches('\n').lines().fold(String::new(), |all, line| all + "    " + line + "\n");
        let head = "import base64, json, os, sys, time\n\n\ndef lambda_handler(event, context):\n";
        self.write(&format!("functions/{name}/lambda_function.py"), &format!("{head}{body}"));
        self
    }

    /// A Node function: the body of `handler(event, context)`.
    pub(crate) fn node(self, name: &str, body: &str) -> Self {
        let text = format!("export const handler = async (event, context) => {{\n{body}\n}};\n");
        self.write(&format!("functions/{name}/index.mjs"), &text);
        self
    }

    /// The function's `function.yaml`.
    pub(crate) fn settings(self, name: &str, text: &str) -> Self {
        self.write(&format!("functions/{name}/function.yaml"), text);
        self
    }

    pub(crate) fn path(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder); // what is left lies in the target folder
    }
}
