/** Addresses of the dashboard, for messages; without PUBLIC_URL there are none. */
export class Links {
  /** @param publicUrl PUBLIC_URL, without a slash at its end */
  constructor(readonly publicUrl: string | undefined) {}

  /** The screen of a task. */
  task(id: string): string | undefined {
    return this.publicUrl && `${this.publicUrl}/#/tasks/${id}`
  }

  /** The screen of the alerts. */
  get alerts(): string | undefined {
    return this.publicUrl && `${this.publicUrl}/#/alerts`
  }
}
