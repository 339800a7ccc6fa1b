/** What zod says against a value, as far as it is worded here. */
export type WordedIssue = {
  readonly path: readonly PropertyKey[]
  readonly message: string
  readonly code?: string | undefined
  readonly expected?: unknown
  readonly values?: readonly unknown[]
  /** Of a union: what each of its members says. */
  readonly errors?: readonly (readonly WordedIssue[])[]
}

/**
 * An issue of zod in words that say what came and what is expected, of unions as well (of which zod only says "Invalid input").
 *
 * Where one member of the union is meant, since the value is of its kind, that member speaks; else all kinds are listed.
 *
 * @param issue - Of a `ZodError`.
 * @returns A text without a full stop, and without the issue's own path.
 * @example issueText(z.union([z.string(), z.number()]).safeParse({}).error.issues[0]) // 'Invalid input: expected string or number, received object'
 */
export function issueText(issue: WordedIssue): string {
  const { errors = [], message } = issue
  if (errors.length === 0) return message
  const kinds = errors.map(kindsOf)
  const [meant] = errors
    .filter((_, i) => kinds[i] === undefined)
    .toSorted((one, other) => one.length - other.length)
    .flatMap((issues) => issues.slice(0, 1))
  if (meant) return meant.path.length === 0 ? issueText(meant) : `${meant.path.join('.')}: ${issueText(meant)}`
  const received = errors.flat().flatMap((each) => /received (.+)$/.exec(issueText(each))?.[1] ?? [])
  return `Invalid input: expected ${listed([...new Set(kinds.flatMap((each) => each ?? []))])}${received[0] === undefined ? '' : `, received ${received[0]}`}`
}

/** The kinds of value that a member takes, where the value is of another kind; undefined where it is of its kind and wrong in itself. */
function kindsOf(issues: readonly WordedIssue[]): readonly string[] | undefined {
  const [issue] = issues.filter(({ path }) => path.length === 0)
  if (issue?.code === 'invalid_type') return [String(issue.expected)]
  if (issue?.code === 'invalid_value') return issue.values?.map((value) => JSON.stringify(value) ?? 'undefined')
  if (issue?.code !== 'invalid_union' || !issue.errors?.length) return undefined
  const kinds = issue.errors.map(kindsOf)
  return kinds.includes(undefined) ? undefined : kinds.flatMap((each) => each ?? [])
}

const listed = (kinds: readonly string[]): string =>
  kinds.length < 2 ? kinds.join('') : `${kinds.slice(0, -1).join(', ')} or ${kinds.at(-1)}`
