//! The least that a look at the memory of many processes can cost: one `pread` each of a kept
//! descriptor, and nothing is done with what it gives.

use std::fs::{File, read_to_string};
use std::os::unix::fs::FileExt;

pub struct Floor {
    files: Vec<File>,
}

impl Floor {
    /// The root of a tree and its children.
    pub fn open(root: u32) -> Result<Self, String> {
        let children = read_to_string(format!("/proc/{root}/task/{root}/children"))
            .map_err(|error| error.to_string())?;
        let children = children.split_whitespace().map(str::to_owned);
        let files = children
            .chain([root.to_string()])
            .map(|pid| File::open(format!("/proc/{pid}/statm")))
            .collect::<Result<Vec<File>, _>>()
            .map_err(|error| error.to_string())?;
        Ok(Self { files })
    }

    pub fn len(&self) -> usize {
        self.files.len()
    }

    pub fn look(&self) {
        let mut text = [0; 160];
        for file in &self.files {
            // A process that has ended meanwhile does not matter to the floor.
            let _ = file.read_at(&mut text, 0);
        }
    }
}
