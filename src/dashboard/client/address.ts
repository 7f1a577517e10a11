/**
 * Where Duly is served, without a slash at the end: `https://host`, or `https://host/duly` behind a proxy that strips
 * `/duly`. Paths of the API are put behind it.
 */
export const served = new URL('.', location.href).href.slice(0, -1)
