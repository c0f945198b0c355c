//! A folder of a test's own, gone when the test ends.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A new folder under the build folder.
pub struct Scratch(PathBuf);

impl Scratch {
    /// Makes it.
    pub fn new() -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let folder = root.join(uuid::Uuid::new_v4().to_string());
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// A path inside it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// A file inside it.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}
