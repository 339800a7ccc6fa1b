import type { StepContext, StepDefinition } from '@regia/engine'

/** Writes the texts that a step returned for its files into the attempt's own folder, and hands back their paths instead. */
export async function keepTexts(
  ports: StepDefinition['outputs'],
  returned: unknown,
  context: StepContext,
): Promise<unknown> {
  if (typeof returned !== 'object' || returned === null) return returned
  const texts = Object.entries(returned).filter(([name, given]) => ports[name]?.port === 'file' && isText(given))
  if (texts.length === 0) return returned
  const { writeFile } = await import('node:fs/promises')
  const kept = texts.map(async ([name, { text }]) => {
    const path = `${context.dir}/${name}.text`
    await writeFile(path, text)
    return [name, path] as const
  })
  return { ...returned, ...Object.fromEntries(await Promise.all(kept)) }
}

const isText = (given: unknown): given is { readonly text: string } =>
  typeof given === 'object' && given !== null && 'text' in given && typeof given.text === 'string'
