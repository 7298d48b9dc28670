/** Commits: values that a component sends to Python and Python sends back, numbered in order. */

/**
 * Component whose `seq` is that of the last commit that Python has received.
 * @template {object} [Data={}]
 * @typedef {{ data: Data & { seq: number }, setTriggerValue: (name: string, value: any) => void }} Component
 */

export class Commits {
  /** @param {Component} component @param {string} text identifies the value that Python has */
  constructor(component, text) {
    this.component = component;
    this.seq = component.data.seq;
    this.text = text;
  }

  /**
   * Take a value from Python; true where it is new. An answer to an earlier commit is older than what the
   * visitor sees, and ignored.
   * @type {(component: Component, text: string) => boolean}
   */
  receive(component, text) {
    this.component = component;
    if (component.data.seq < this.seq || text === this.text) return false;
    this.text = text;
    return true;
  }

  /** Send a value where its text has changed. @type {(text: string, value: object) => void} */
  send(text, value) {
    if (text === this.text) return;
    this.text = text;
    this.component.setTriggerValue("commit", { seq: ++this.seq, ...value });
  }

  /** Ask Python to offer the files again. */
  retry() {
    this.component.setTriggerValue("again", ++this.seq);
  }
}
