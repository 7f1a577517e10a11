/** Images whose entry point is curl, by the end of their names without registry, tag and digest. */
const curlImages = ['alpine/curl', 'appropriate/curl', 'byrnedo/alpine-curl', 'rancher/curl']
/** Images of the curl project: the entry point runs a command that is there, and takes everything else as arguments of curl. */
const officialCurlImages = ['curlimages/curl', 'curlimages/curl-base', 'curl/curl', 'curl/curl-base']
/** Images without an entry point: the arguments are the command. */
const plainImages = [
  'busybox',
  'alpine',
  'debian',
  'ubuntu',
  'fedora',
  'centos',
  'rockylinux',
  'almalinux',
  'amazonlinux',
  'buildpack-deps',
  'radial/busyboxplus',
  'tutum/curl',
  'nicolaka/netshoot',
  'giantswarm/tiny-tools',
  'dwdraju/alpine-curl-jq',
]

/** Returns the name of an image without tag and digest, and without the registry. */
export function imageName(image: string): string {
  const name = image.replace(/@.*$/, '').replace(/:[^/:]*$/, '')
  const parts = name.split('/')
  // A registry has a dot or a port, or is localhost.
  if (parts.length > 1 && /[.:]|^localhost$/.test(parts[0] as string)) parts.shift()
  if (parts[0] === 'library') parts.shift()
  return parts.join('/')
}

/** Whether an image is one of those: also behind a registry that mirrors others, such as `mirror.example/docker.io/curlimages/curl`. */
const isOneOf = (names: readonly string[], image: string) => {
  const name = imageName(image)
  return names.some((one) => name === one || (one.includes('/') && name.endsWith(`/${one}`)))
}

/**
 * Returns the command line that an image makes of arguments when the container has no command of its own; undefined if its
 * entry point is not known.
 */
export function commandOfImage(image: string, args: readonly string[]): readonly string[] | undefined {
  const [first = ''] = args
  if (isOneOf(officialCurlImages, image)) {
    const isCommand = /^(\/[\w/.-]*\/)?(curl|sh|ash|env|echo|sleep|cat|true)$/.test(first)
    if (isCommand) return args
    return first.startsWith('-') || /[.:/]/.test(first) ? ['curl', ...args] : undefined
  }
  if (isOneOf(curlImages, image)) return ['curl', ...args]
  if (isOneOf(plainImages, image)) return args
  return undefined
}

/** Whether an image is known to set no variables but PATH and those of its own tools. */
export const setsNoVariables = (image: string): boolean =>
  isOneOf([...officialCurlImages, ...curlImages, ...plainImages], image)
