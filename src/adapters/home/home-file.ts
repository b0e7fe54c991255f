/** A file of the person's home that an agent needs in its own. */
export interface HomeFile {
  /** Below the home, with `/`. */
  readonly path: string;
  /** Where it lies instead when this variable is set: the variable names a folder, `path` is below it. */
  readonly moved?: { readonly variable: string; readonly path: string };
  /**
   * `login`: an agent renews it, so that both sides are kept the same while it works. `copy`: read once, never
   * written back. `folder`: too large to be copied, so a link to the person's own.
   */
  readonly how: 'login' | 'copy' | 'folder';
  /** Of a JSON object that is copied, the fields that are. Everything else stays at home. */
  readonly fields?: readonly string[];
}
