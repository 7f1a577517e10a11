import { isObject, type Resource } from './read-manifests.ts'

/** The ConfigMaps and Secrets of an input. */
export class StoredData {
  readonly #resources = new Map<string, Resource[]>()

  constructor(
    resources: readonly Resource[],
    /** The namespace of objects that name none. */
    readonly namespace: string,
  ) {
    for (const resource of resources) {
      if (resource.kind !== 'ConfigMap' && resource.kind !== 'Secret') continue
      const key = `${resource.kind} ${resource.namespace ?? namespace}/${resource.name}`
      this.#resources.set(key, [...(this.#resources.get(key) ?? []), resource])
    }
  }

  /** Finds an object; undefined if it is not in the input, or there twice with other contents. */
  find(kind: 'ConfigMap' | 'Secret', namespace: string, name: string): Resource | undefined {
    const [first, ...others] = this.#resources.get(`${kind} ${namespace}/${name}`) ?? []
    const contents = ({ value }: Resource) => JSON.stringify([value.data, value.stringData, value.binaryData])
    return first && others.every((other) => contents(other) === contents(first)) ? first : undefined
  }
}

/** Returns the texts of a ConfigMap by key. */
export function textsOf(configMap: Resource): ReadonlyMap<string, string> {
  const data = isObject(configMap.value.data) ? configMap.value.data : {}
  return new Map(Object.entries(data).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}

/** Returns all keys of a ConfigMap or Secret. */
export function keysOf({ value }: Resource): ReadonlySet<string> {
  const parts = [value.data, value.stringData, value.binaryData].filter(isObject)
  return new Set(parts.flatMap((part) => Object.keys(part)))
}
