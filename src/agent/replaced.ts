/**
 * The same object with other values in some places. Not a copy: core's params tell of the use of old names, and a Mastra or a model has
 * private fields.
 */
export function replaced<T extends object>(target: T, values: Record<PropertyKey, unknown>): T {
  return new Proxy(target, {
    get: (_target, key) => {
      if (key in values) return values[key];
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function' || key in Object.prototype) return value;
      return value.bind(target) as unknown;
    },
  });
}
