/** Addresses of the dashboard, for messages; without PUBLIC_URL there are none. Each names its service: a reader may be in another. */
export class Links {
  /** @param publicUrl PUBLIC_URL, without a slash at its end */
  constructor(readonly publicUrl: string | undefined) {}

  /** The screen of a task. */
  task(id: string, serviceId: string): string | undefined {
    return this.publicUrl && `${this.publicUrl}/#/tasks/${id}?service=${serviceId}`
  }

  /** The screen of the alerts of a service. */
  alerts(serviceId: string): string | undefined {
    return this.publicUrl && `${this.publicUrl}/#/alerts?service=${serviceId}`
  }
}
