/** The same object with some of its methods replaced; the others keep working on the original. */
export function instead<T extends object>(target: T, methods: Partial<T>): T {
  const replaced: object = methods;
  return new Proxy(target, {
    get: (original, name) => {
      const own: unknown = Reflect.get(replaced, name);
      if (own !== undefined) return own;
      const method: unknown = Reflect.get(original, name);
      return typeof method === 'function' ? method.bind(original) : method;
    },
  });
}
