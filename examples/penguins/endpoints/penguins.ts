import { endpoint } from 'regia'

export default endpoint({
  name: 'penguins',
  description: 'Which of three species is this penguin?',
  stable: 'penguins@champion',
})
