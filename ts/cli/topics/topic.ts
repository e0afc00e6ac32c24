/** A help topic: something that concerns several commands. */

export interface Topic {
  readonly summary: string;
  /** Paragraphs, and tables of two columns. */
  readonly sections: readonly (string | readonly (readonly [string, string])[])[];
}
