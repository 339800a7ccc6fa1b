export { type Bundle, bundleEntry } from './bundle-entry.ts'
export { bundlePath, findStoredBundle, storeBundle } from './code-store.ts'
export { type Discovery, discover } from './discover.ts'
export { importUserCode, prepareForUserCode } from './load-user-code.ts'
