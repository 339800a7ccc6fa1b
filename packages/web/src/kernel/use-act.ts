import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNotice } from '../frame/notices.tsx'

/** Does something at once, says that it is done, or why not, and reads again what begins with this key. */
export function useAct(key: string) {
  const queries = useQueryClient()
  const notify = useNotice()
  const { mutate, isPending } = useMutation({
    mutationFn: async ({ act, done }: { readonly act: () => Promise<unknown>; readonly done: string }) => {
      await act()
      return done
    },
    onSuccess: notify,
    onError: (error) => notify(error.message),
    onSettled: () => queries.invalidateQueries({ queryKey: [key] }),
  })
  return { act: (act: () => Promise<unknown>, done: string) => mutate({ act, done }), isActing: isPending }
}
