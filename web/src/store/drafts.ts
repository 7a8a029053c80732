/**
 * What is typed and not yet saved, in this browser's IndexedDB, sealed with AES-GCM.
 *
 * The key comes with the login and stays in memory: after a power cut the draft is there, and
 * nobody but its writer, logged in again, can read it. Drafts die after seven days.
 */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";

export type Kind = "visit" | "resident";
/** `waiting`: handed over by its writer and not yet acknowledged; `refused`: to be corrected. */
export type State = "editing" | "waiting" | "refused";

/** What is kept says which document it is to become. */
export interface Kept {
  form: { id: string };
}

/** Another window keeps another document in this place, or has handed this one over. */
export class Taken extends Error {}

export interface Draft<T> {
  kind: Kind;
  subject: string;
  state: State;
  updated: number;
  value: T;
}

interface Row {
  key: string;
  owner: string;
  kind: Kind;
  subject: string;
  document: string;
  state: State;
  updated: number;
  iv: Uint8Array<ArrayBuffer>;
  sealed: ArrayBuffer;
}

interface Schema extends DBSchema {
  drafts: { key: string; value: Row; indexes: { owner: string } };
}

const LIFETIME_MS = 7 * 86_400_000;

export class Drafts {
  /** Writes go one after the other: sealing takes its time, and an old text must not win. */
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly database: IDBPDatabase<Schema>,
    readonly owner: string,
    private readonly secret: CryptoKey,
  ) {}

  /** The drafts of `owner`; forgets what is older than seven days. */
  static async open(owner: string, draftKey: string, name = "tram"): Promise<Drafts> {
    const database = await openDB<Schema>(name, 1, {
      upgrade(created) {
        created.createObjectStore("drafts", { keyPath: "key" }).createIndex("owner", "owner");
      },
    });
    const bytes = Uint8Array.from(atob(draftKey), (char) => char.charCodeAt(0));
    const secret = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, [
      "encrypt",
      "decrypt",
    ]);
    const drafts = new Drafts(database, owner, secret);
    await drafts.forgetOld();
    return drafts;
  }

  private key(kind: Kind, subject: string): string {
    return `${this.owner}/${kind}/${subject}`;
  }

  /**
   * Store `value`; resolves when the browser has it on disk. What another window keeps here is
   * never lost: another document is `Taken`, and so is one that waits unless it is `recalled`.
   */
  put(kind: Kind, subject: string, value: Kept, state: State = "editing", recalled = false): Promise<void> {
    return this.inTurn(() => this.write(kind, subject, value, state, recalled));
  }

  private async write(
    kind: Kind,
    subject: string,
    value: Kept,
    state: State,
    recalled: boolean,
  ): Promise<void> {
    const key = this.key(kind, subject);
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const sealed = await crypto.subtle.encrypt(
      { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(key) },
      this.secret,
      new TextEncoder().encode(JSON.stringify(value)),
    );
    const document = value.form.id;
    const row: Row = {
      ...{ key, owner: this.owner, kind, subject, document },
      ...{ state, updated: Date.now(), iv, sealed },
    };
    const transaction = this.database.transaction("drafts", "readwrite", { durability: "strict" });
    const there = await transaction.store.get(key);
    const waits = there?.state === "waiting";
    if (there && there.document !== document) throw new Taken();
    if (waits && state === "editing" && !recalled) throw new Taken();
    // Refused is what waits: a window that took it back meanwhile has its own text.
    if (waits || state !== "refused") await transaction.store.put(row);
    await transaction.done;
  }

  async get<T>(kind: Kind, subject: string): Promise<Draft<T> | null> {
    await this.last; // a form that was just left may still be being written
    const row = await this.database.get("drafts", this.key(kind, subject));
    return row ? this.unseal<T>(row) : null;
  }

  /** All of this person's drafts, newest first. */
  async list<T>(): Promise<Draft<T>[]> {
    await this.last;
    const rows = await this.database.getAllFromIndex("drafts", "owner", this.owner);
    const opened = await Promise.all(rows.map((row) => this.unseal<T>(row)));
    return opened.filter((draft) => draft !== null).sort((a, b) => b.updated - a.updated);
  }

  /** Forget `document`, if it is what is kept here; with `state` only while it is that. */
  remove(kind: Kind, subject: string, document: string, state?: State): Promise<void> {
    return this.inTurn(async () => {
      const transaction = this.database.transaction("drafts", "readwrite");
      const there = await transaction.store.get(this.key(kind, subject));
      const isIt = there?.document === document && (!state || there.state === state);
      if (isIt) await transaction.store.delete(there.key);
      await transaction.done;
    });
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.last.then(work);
    this.last = done.catch(() => undefined);
    return done;
  }

  close(): void {
    this.database.close();
  }

  /** null when it was sealed with another key: unreadable for good, so it is not shown. */
  private async unseal<T>(row: Row): Promise<Draft<T> | null> {
    try {
      const plain = await crypto.subtle.decrypt(
        { name: "AES-GCM", iv: row.iv, additionalData: new TextEncoder().encode(row.key) },
        this.secret,
        row.sealed,
      );
      const value = JSON.parse(new TextDecoder().decode(plain)) as T;
      return { kind: row.kind, subject: row.subject, state: row.state, updated: row.updated, value };
    } catch {
      return null;
    }
  }

  private async forgetOld(): Promise<void> {
    const transaction = this.database.transaction("drafts", "readwrite");
    for await (const cursor of transaction.store) {
      if (Date.now() - cursor.value.updated > LIFETIME_MS) await cursor.delete();
    }
    await transaction.done;
  }
}
