import { type Import, isInside, packageOf, shortName, subjectOf } from './imports.ts'

/** An import that the house plan does not allow. */
export type Arrow = { readonly from: string; readonly to: string; readonly rule: string }

type Rule = (found: Import) => string | undefined

const OURS: Readonly<Record<string, string>> = {
  '@regia/core': 'core',
  '@regia/engine': 'engine',
  '@regia/server': 'server',
  '@regia/sdk': 'sdk',
  regia: 'regia',
  '@regia/web': 'web',
}

const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  sdk: ['core'],
  engine: ['core'],
  server: ['core', 'engine'],
  regia: ['core', 'engine', 'sdk', 'server'],
  web: ['core', 'sdk'],
}

const FOUNDATIONS = ['kernel', 'table', 'statistics', 'onnx']

/** Subjects of core in the order of the life cycle: each may import earlier ones. */
const LIFE_CYCLE = [
  'data',
  'features',
  'tracking',
  'training',
  'evaluation',
  'models',
  'pipelines',
  'serving',
  'monitoring',
  'overview',
  'demo',
]

/** What of the outside each part of core may use. */
const CORE_PACKAGES: Readonly<Record<string, readonly string[]>> = {
  zod: ['*'],
  '@noble/hashes': ['kernel'],
  protobufjs: ['onnx'],
}

/** Folders of the server that are no subjects: every subject may use them. */
const SERVER_GROUND = ['http', 'database', 'events', 'home', 'secrets']

const betweenPackages: Rule = ({ file, target, isPath, isTest }) => {
  if (isPath && !isInside(target)) return isTest ? undefined : 'packages import nothing from outside of packages/'
  if (isPath)
    return packageOf(target) === packageOf(file) ? undefined : 'a package is imported by its name, not by a path'
  const wanted = OURS[packageName(target)]
  if (wanted === undefined || wanted === packageOf(file)) return undefined
  if (MAY_IMPORT[packageOf(file)]?.includes(wanted))
    return packageName(target) === target ? undefined : 'only the root of a package is public'
  // A worker's test may start what the product starts.
  return isTest ? undefined : `${packageOf(file)} may not import ${wanted}`
}

const coreOutside: Rule = ({ file, target, isPath, isTest }) => {
  if (isPath || isTest || packageOf(file) !== 'core') return undefined
  const allowed = CORE_PACKAGES[packageName(target)]
  if (!allowed) return 'core imports zod, @noble/hashes and protobufjs only'
  const subject = subjectOf(file)
  return allowed.includes('*') || (subject !== undefined && allowed.includes(subject))
    ? undefined
    : `only ${allowed.join(', ')} may import it`
}

const sdkIsPure: Rule = ({ file, target, isPath, isTest }) =>
  packageOf(file) === 'sdk' && !isPath && !isTest && packageName(target) !== '@regia/core'
    ? 'the SDK runs in browsers and depends on core alone'
    : undefined

const insideCore: Rule = ({ file, target, isPath, isTest }) => {
  if (!isPath || packageOf(file) !== 'core') return undefined
  const [from, to] = [subjectOf(file), subjectOf(target)]
  if (from === undefined || to === undefined || from === to) return undefined
  if (!target.endsWith(`/${to}/index.ts`)) return isTest ? undefined : 'a subject is imported through its index.ts'
  if (FOUNDATIONS.includes(to))
    return FOUNDATIONS.includes(from) && !isFoundationBelow(to, from)
      ? `foundation ${from} may not import ${to}`
      : undefined
  if (FOUNDATIONS.includes(from)) return `foundation ${from} may not import subject ${to}`
  return LIFE_CYCLE.indexOf(to) < LIFE_CYCLE.indexOf(from) ? undefined : `${to} comes after ${from} in the life cycle`
}

const isFoundationBelow = (to: string, from: string) => FOUNDATIONS.indexOf(to) < FOUNDATIONS.indexOf(from)

const insideServer: Rule = ({ file, target, isPath, isTest }) => {
  if (!isPath || isTest || packageOf(file) !== 'server') return undefined
  const [from, to] = [subjectOf(file), subjectOf(target)]
  if (from === undefined || to === undefined || from === to) return undefined
  if (SERVER_GROUND.includes(to)) return undefined
  // Another program made of the same parts: like app.ts, it is where they meet.
  if (from === 'standalone') return undefined
  // The database's list of migrations and tables is the one place that names every subject.
  if (from === 'database' && /\/(migrations|tables)\.ts$/.test(target)) return undefined
  return `${from} may not import ${to}: declare an interface and let app.ts connect them`
}

const RULES: readonly Rule[] = [betweenPackages, coreOutside, sdkIsPure, insideCore, insideServer]

export const brokenArrows = (imports: readonly Import[]): Arrow[] =>
  imports.flatMap((found) =>
    RULES.flatMap((rule) => {
      const broken = rule(found)
      return broken === undefined ? [] : [{ from: shortName(found.file), to: shortName(found.target), rule: broken }]
    }),
  )

/** `@noble/hashes` of `@noble/hashes/sha2.js`. */
const packageName = (specifier: string) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
