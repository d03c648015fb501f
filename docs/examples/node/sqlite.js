// SQLite comes with Node from 22.5 on; before that it is the package libsql.

const builtIn = await import("node:sqlite").catch(() => null);

/** Opens a database for reading; both libraries have `prepare(sql).all()`. */
export async function open(path) {
  if (builtIn) return new builtIn.DatabaseSync(path, { readOnly: true });
  const { default: Database } = await import("libsql");
  return new Database(path, { readonly: true, fileMustExist: true });
}
