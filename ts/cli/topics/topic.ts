/** Something that several commands have in common, explained. */

export interface Topic {
  readonly summary: string;
  /** Paragraphs, and tables of two columns. */
  readonly sections: readonly (string | readonly (readonly [string, string])[])[];
}
