type Listener = (event: StorageEvent) => void

/** One browser's storage, and the tabs that share it: what one changes, the others are told. */
export function createTabs() {
  const values = new Map<string, string>()
  const tabs = new Set<Set<Listener>>()
  let deaf = false
  let full = false

  function tell(from: Set<Listener>, key: string) {
    if (deaf) return
    for (const tab of tabs) {
      if (tab !== from) for (const listener of tab) listener({ key } as StorageEvent)
    }
  }

  function open() {
    const listeners = new Set<Listener>()
    tabs.add(listeners)
    const methods = {
      getItem: (key: string) => values.get(key) ?? null,
      setItem(key: string, value: string) {
        if (full) throw new DOMException('full', 'QuotaExceededError')
        values.set(key, value)
        tell(listeners, key)
      },
      removeItem(key: string) {
        if (values.delete(key)) tell(listeners, key)
      },
    }
    // `Object.keys` of a real one are the keys it holds.
    const storage = new Proxy(methods, {
      ownKeys: () => [...values.keys()],
      getOwnPropertyDescriptor: (_target, key) =>
        values.has(String(key))
          ? { enumerable: true, configurable: true, value: values.get(String(key)) }
          : undefined,
    }) as unknown as Storage
    const page = {
      addEventListener: (_type: string, listener: Listener) => void listeners.add(listener),
      removeEventListener: (_type: string, listener: Listener) => void listeners.delete(listener),
    } as unknown as Window
    return { storage, page }
  }

  return {
    open,
    keys: () => [...values.keys()],
    put: (key: string, value: string) => void values.set(key, value),
    /** Nobody is told of anything, as while they are frozen. */
    setDeaf: (value: boolean) => void (deaf = value),
    setFull: (value: boolean) => void (full = value),
  }
}

export type Tabs = ReturnType<typeof createTabs>
