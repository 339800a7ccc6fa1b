import { Button } from '@mantine/core'
import type { AliasRequest } from '@regia/core'
import { lazy, Suspense, useState } from 'react'
import type { Verdict } from './decide-dialog.tsx'
import classes from './models.module.css'

const DecideDialog = lazy(() => import('./decide-dialog.tsx'))

/** What can be done about a request: somebody else approves or rejects it, who asked withdraws it. */
export function DecideButtons({ request }: { readonly request: AliasRequest }) {
  const [verdict, setVerdict] = useState<Verdict>()
  return (
    <>
      <span className={classes.decide}>
        <Button variant="filled" aria-haspopup="dialog" onClick={() => setVerdict('approve')}>
          Approve
        </Button>
        <Button aria-haspopup="dialog" onClick={() => setVerdict('reject')}>
          Reject
        </Button>
        <Button variant="subtle" aria-haspopup="dialog" onClick={() => setVerdict('withdraw')}>
          Withdraw
        </Button>
      </span>
      <Suspense>
        {verdict && <DecideDialog request={request} verdict={verdict} onClose={() => setVerdict(undefined)} />}
      </Suspense>
    </>
  )
}
