//! Opens, creates and migrates a store.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use memtop_proc::native::{create_private_file, create_private_folder};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use crate::Error;

/// Each migrates a store from one format to the next.
const MIGRATIONS: [&str; 3] = [
    include_str!("../migrations/0001_runs.sql"),
    include_str!("../migrations/0002_processes.sql"),
    include_str!("../migrations/0003_timeline.sql"),
];

/// "memt": distinguishes a store from other databases.
const APPLICATION_ID: i64 = 0x6d65_6d74;
/// How long to wait for a busy database.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
const RETRY_INTERVAL: Duration = Duration::from_millis(5);

/// With a small cache, since each recording memtop has a connection.
const CONNECTION: &str = "PRAGMA synchronous = NORMAL;
    PRAGMA cache_size = -128;
    PRAGMA wal_autocheckpoint = 256;
    PRAGMA foreign_keys = ON;";

/// An open store.
#[derive(Debug)]
pub struct Store {
    pub(crate) connection: Connection,
    path: PathBuf,
}

impl Store {
    /// Opens a store, and creates it if it does not exist.
    ///
    /// # Errors
    /// If it cannot be used.
    pub fn open(path: &Path) -> Result<Self, Error> {
        create_private(path)?;
        Self::open_when_free(path)
    }

    /// Opens a store. `None` if it does not exist.
    ///
    /// # Errors
    /// If it cannot be used.
    pub fn open_existing(path: &Path) -> Result<Option<Self>, Error> {
        match path.try_exists() {
            Ok(true) => Self::open_when_free(path).map(Some),
            Ok(false) => Ok(None),
            Err(error) => Err(Error::Folder {
                path: path.to_owned(),
                error,
            }),
        }
    }

    fn open_when_free(path: &Path) -> Result<Self, Error> {
        let started = Instant::now();
        loop {
            match Self::try_open(path) {
                // The change to the write-ahead log ignores SQLite's busy timeout.
                Err(OpenError::Busy(_)) if started.elapsed() < BUSY_TIMEOUT => {
                    std::thread::sleep(RETRY_INTERVAL);
                }
                Err(OpenError::Busy(error)) => return Err(Error::of(path, &error)),
                Err(OpenError::Failed(error)) => return Err(error),
                Ok(store) => return Ok(store),
            }
        }
    }

    fn try_open(path: &Path) -> Result<Self, OpenError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let failed = |error: rusqlite::Error| OpenError::of(path, error);
        let mut connection = Connection::open_with_flags(path, flags).map_err(failed)?;
        connection.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
        // A checkpoint waits for the disk, so it is left to connections that find a long log.
        connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)
            .map_err(failed)?;
        // In a transaction, since another process may be creating it.
        let transaction = connection.transaction().map_err(failed)?;
        let format = format_of(&transaction, path)?;
        transaction.commit().map_err(failed)?;
        if format < latest_format() {
            migrate(&mut connection, path)?;
        }
        connection.execute_batch(CONNECTION).map_err(failed)?;
        Ok(Self {
            connection,
            path: path.to_owned(),
        })
    }

    /// The path of the database file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn failed(&self, error: &rusqlite::Error) -> Error {
        Error::of(&self.path, error)
    }
}

enum OpenError {
    Busy(rusqlite::Error),
    Failed(Error),
}

impl OpenError {
    fn of(path: &Path, error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy(error),
            _ => Self::Failed(Error::of(path, &error)),
        }
    }
}

fn latest_format() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// Creates the file and its folder, accessible only to this user.
fn create_private(path: &Path) -> Result<(), Error> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.exists()) {
        create_private_folder(folder).map_err(|error| Error::Folder {
            path: folder.to_owned(),
            error,
        })?;
    }
    if path.exists() {
        return Ok(());
    }
    create_private_file(path).map_err(|error| Error::Folder {
        path: path.to_owned(),
        error,
    })
}

/// The format of a store: the number of its migrations. 0 if the database is empty.
fn format_of(connection: &Connection, path: &Path) -> Result<i64, OpenError> {
    let number = |pragma: &str| -> Result<i64, OpenError> {
        connection
            .query_row(&format!("PRAGMA {pragma}"), (), |row| row.get(0))
            .map_err(|error| OpenError::of(path, error))
    };
    let (application, format) = (number("application_id")?, number("user_version")?);
    if application == APPLICATION_ID {
        return match format {
            newer if newer > latest_format() => Err(OpenError::Failed(Error::Newer {
                path: path.to_owned(),
                found: newer,
                known: latest_format(),
            })),
            format => Ok(format),
        };
    }
    let is_empty = application == 0 && format == 0 && number("schema_version")? == 0;
    if is_empty {
        Ok(0)
    } else {
        Err(OpenError::Failed(Error::Foreign(path.to_owned())))
    }
}

fn migrate(connection: &mut Connection, path: &Path) -> Result<(), OpenError> {
    let failed = |error: rusqlite::Error| OpenError::of(path, error);
    // `auto_vacuum` only takes effect in a database without tables.
    let pragmas = "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;";
    connection.execute_batch(pragmas).map_err(failed)?;
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(failed)?;
    // Read again: another process may have migrated it meanwhile.
    let done = usize::try_from(format_of(&transaction, path)?).unwrap_or(0);
    for migration in &MIGRATIONS[done.min(MIGRATIONS.len())..] {
        transaction.execute_batch(migration).map_err(failed)?;
    }
    let format = format!(
        "PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {};",
        latest_format()
    );
    transaction.execute_batch(&format).map_err(failed)?;
    transaction.commit().map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::{APPLICATION_ID, MIGRATIONS, Store};
    use crate::{Error, RunFilter, SCHEMA, State};
    use rusqlite::Connection;
    use std::collections::BTreeMap;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    fn tables(connection: &Connection) -> BTreeMap<String, Vec<(String, String)>> {
        let mut names = connection
            .prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            .unwrap();
        let names = names.query_map((), |row| row.get::<_, String>(0)).unwrap();
        names
            .map(|name| {
                let name = name.unwrap();
                let mut columns = connection
                    .prepare(&format!(
                        "SELECT name, type FROM pragma_table_info('{name}')"
                    ))
                    .unwrap();
                let columns = columns
                    .query_map((), |row| Ok((row.get(0)?, row.get(1)?)))
                    .unwrap();
                (name, columns.map(Result::unwrap).collect())
            })
            .collect()
    }

    #[test]
    fn the_documented_schema_is_that_of_a_store() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("runs.db")).unwrap();
        let documented = Connection::open_in_memory().unwrap();
        documented.execute_batch(SCHEMA).unwrap();
        assert_eq!(tables(&store.connection), tables(&documented));
    }

    #[test]
    fn records_older_than_a_column_load_without_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.db");
        let old = Connection::open(&path).unwrap();
        old.execute_batch(MIGRATIONS[0]).unwrap();
        old.execute_batch(&format!(
            "PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = 1;
             INSERT INTO run (id, command, started_at, state, peak_bytes)
             VALUES ('20250101-000000-000001', '[\"make\"]', '2025-01-01T00:00:00.000Z', 'ended', 7);"
        ))
        .unwrap();
        drop(old);
        let store = Store::open(&path).unwrap();
        let runs = store.runs(&RunFilter::default()).unwrap();
        assert_eq!(runs.len(), 1);
        assert_eq!(runs[0].peak_bytes, Some(7));
        assert_eq!((runs[0].process, runs[0].memtop), (None, None));
        assert_eq!(runs[0].state, State::Ended);
        let again = Store::open(&path).unwrap();
        assert_eq!(again.runs(&RunFilter::default()).unwrap().len(), 1);
    }

    #[test]
    fn a_store_and_its_folder_are_accessible_only_to_this_user() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/runs.db");
        drop(Store::open(&path).unwrap());
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
    }

    #[test]
    fn a_missing_store_is_not_created_for_reading() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.db");
        assert!(Store::open_existing(&path).unwrap().is_none());
        assert!(!path.exists());
    }

    #[test]
    fn other_files_are_left_unchanged() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other.db");
        let other = Connection::open(&path).unwrap();
        other.execute_batch("CREATE TABLE mine (x)").unwrap();
        drop(other);
        let before = fs::read(&path).unwrap();
        assert!(matches!(Store::open(&path), Err(Error::Foreign(_))));
        assert_eq!(fs::read(&path).unwrap(), before);

        let text = folder.path().join("text");
        fs::write(&text, "no database, and long enough to be one ".repeat(100)).unwrap();
        assert!(matches!(Store::open(&text), Err(Error::Damaged { .. })));
        assert!(
            fs::read_to_string(&text)
                .unwrap()
                .starts_with("no database")
        );
    }

    #[test]
    fn a_later_format_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.db");
        let later = Store::open(&path).unwrap();
        later
            .connection
            .execute_batch("PRAGMA user_version = 99")
            .unwrap();
        drop(later);
        match Store::open(&path) {
            Err(Error::Newer { found: 99, .. }) => {}
            other => panic!("{other:?}"),
        }
    }
}
