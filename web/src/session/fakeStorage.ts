/** A browser's two storages in memory, for tests that run outside one. */

class MemoryStorage {
  private readonly kept: Map<string, string>;
  constructor(start: Record<string, string>) {
    this.kept = new Map(Object.entries(start));
  }
  get length(): number {
    return this.kept.size;
  }
  key(index: number): string | null {
    return [...this.kept.keys()][index] ?? null;
  }
  getItem(key: string): string | null {
    return this.kept.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.kept.set(key, value);
  }
  removeItem(key: string): void {
    this.kept.delete(key);
  }
  all(): Record<string, string> {
    return Object.fromEntries(this.kept);
  }
}

export type FakeWindow = { localStorage: MemoryStorage; sessionStorage: MemoryStorage };

export const fakeWindow = (local: Record<string, string> = {}, tab: Record<string, string> = {}): FakeWindow => ({
  localStorage: new MemoryStorage(local),
  sessionStorage: new MemoryStorage(tab),
});
