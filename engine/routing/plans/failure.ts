/** An expression that has no value for this order: a missing attribute, a division by zero, a number out of bounds. */

/** Made once with the expression and thrown as it is: no stack is gathered while orders are decided. */
export class Failure {
  readonly detail: string;

  constructor(detail: string) {
    this.detail = detail;
  }

  raise(): never {
    // oxlint-disable-next-line no-throw-literal
    throw this;
  }
}
