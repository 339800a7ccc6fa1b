import type { Release } from '@regia/core'
import { CanarySteps } from './canary-steps.tsx'
import { ReleaseSay } from './release-say.tsx'
import { isCanaryPolicy } from './release-text.ts'
import classes from './releases.module.css'
import { RuleList } from './rule-list.tsx'
import { rulesLine } from './rule-text.ts'

/** A canary: where it stands in its steps, and what each rule says. */
export function CanaryPanel({ release }: { readonly release: Release }) {
  return (
    <>
      {isCanaryPolicy(release.policy) && <CanarySteps release={release} policy={release.policy} />}
      <ReleaseSay release={release} />
      <h3 className={classes.part}>
        Rules <small>{rulesLine(release.rules)}</small>
      </h3>
      <RuleList rules={release.rules} />
    </>
  )
}
