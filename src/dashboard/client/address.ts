/**
 * The base URL of Duly without a trailing slash: `https://host`, or `https://host/duly` behind a proxy that strips
 * `/duly`. Paths of the API are appended to it.
 */
export const served = new URL('.', location.href).href.slice(0, -1)
