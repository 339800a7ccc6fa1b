import type { GraphStep, StepRun } from '@regia/core'
import { Command } from '../kernel/command.tsx'
import { Facts } from '../kernel/facts.tsx'
import { formatDuration, plural } from '../kernel/format.ts'

/** Which code a step runs and what it may use. */
export function StepCode({ step, stepRun }: { readonly step: GraphStep; readonly stepRun: StepRun | undefined }) {
  return (
    <Facts
      items={[
        ['Kind', step.kind],
        ['Written in', step.definedAt ? <Command key="at" text={step.definedAt} /> : '–'],
        ['Code', <Command key="code" text={step.codeDigest} />],
        ['Cache key', stepRun?.cache ? <Command key="key" text={stepRun.cache.key} /> : '–'],
        ['Cache', step.cache ? 'used' : 'never used'],
        ['Retries', plural(step.retries, 'more attempt')],
        ['Time limit', formatDuration(step.timeoutMs)],
        ['Resources', `${step.cpu} CPU, ${step.memoryMb} MB`],
        ...(step.register ? [['Registers', `${step.register.model} as ${step.register.alias}`] as const] : []),
        ...(step.checks ? [['Checks', step.checks.map((check) => check.name).join(', ')] as const] : []),
      ]}
    />
  )
}
