//! Files and folders that only their owner may read: keys and tokens.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    path::Path,
};

/// Makes the folder, and those above it, for its owner only; one that exists is left as it is.
///
/// # Errors
///
/// What the system says.
pub fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Writes a file that does not exist yet, whole or not at all.
///
/// # Errors
///
/// [`io::ErrorKind::AlreadyExists`] where another was first; else what the system says.
pub fn create(path: &Path, text: &str) -> io::Result<()> {
    let draft = path.with_extension(format!("{}.new", uuid::Uuid::new_v4()));
    let written = write(&draft, text).and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft).or_else(|cause| match cause.kind() {
        io::ErrorKind::NotFound => Ok(()),
        _ => Err(cause),
    })?;
    written
}

/// Writes a file, in the place of one that may exist.
///
/// # Errors
///
/// What the system says.
pub fn replace(path: &Path, text: &str) -> io::Result<()> {
    let draft = path.with_extension(format!("{}.new", uuid::Uuid::new_v4()));
    let written = write(&draft, text).and_then(|()| fs::rename(&draft, path));
    if written.is_err() {
        fs::remove_file(&draft).ok();
    }
    written
}

/// Whether others than the owner may read the file.
///
/// # Errors
///
/// What the system says.
pub fn is_open_to_others(path: &Path) -> io::Result<bool> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        Ok(fs::metadata(path)?.permissions().mode() & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        fs::metadata(path).map(|_| false)
    }
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file: File = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
