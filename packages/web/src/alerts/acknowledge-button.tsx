import { Button } from '@mantine/core'
import type { Alert } from '@regia/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNotice } from '../frame/notices.tsx'
import { api } from '../kernel/api.ts'

/** Says "somebody is on it"; the alert stays until its cause is gone. */
export function AcknowledgeButton({ alert }: { readonly alert: Alert }) {
  const queries = useQueryClient()
  const notify = useNotice()
  const acknowledge = useMutation({
    mutationFn: () => api.alerts.acknowledge(alert.id),
    onSuccess: () => {
      notify(`Acknowledged: ${alert.title}`)
      void queries.invalidateQueries()
    },
    onError: (error) => notify(`Not acknowledged: ${error.message}`),
  })
  if (alert.status !== 'open') return null
  return (
    <Button onClick={() => acknowledge.mutate()} loading={acknowledge.isPending}>
      Acknowledge
    </Button>
  )
}
