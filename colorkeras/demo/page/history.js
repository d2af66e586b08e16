// Undo and redo of states that are never changed, only replaced.

const MOST = 200;

export class History {
  #states;
  #at = 0;
  #kind = null;

  constructor(state) {
    this.#states = [state];
  }

  get state() {
    return this.#states[this.#at];
  }

  get canUndo() {
    return this.#at > 0;
  }

  get canRedo() {
    return this.#at < this.#states.length - 1;
  }

  /**
   * Go on with a new state.
   * @param {object} state
   * @param {string|null} kind steps of the same kind in a row are undone as one; null never
   */
  push(state, kind = null) {
    const isSame = kind !== null && kind === this.#kind && this.#at > 0;
    const kept = this.#states.slice(isSame || this.#at < MOST ? 0 : 1, this.#at + (isSame ? 0 : 1));
    this.#states = [...kept, state];
    this.#at = this.#states.length - 1;
    this.#kind = kind;
  }

  /** Let the next state be a step of its own. */
  seal() {
    this.#kind = null;
  }

  undo() {
    if (this.canUndo) this.#at -= 1;
    this.#kind = null;
  }

  redo() {
    if (this.canRedo) this.#at += 1;
    this.#kind = null;
  }
}
