ALTER TABLE course RENAME TO timeline;
