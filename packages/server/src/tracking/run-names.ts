import type { Rng } from '@regia/core'

const ADJECTIVES =
  'able agile amber ample apt aware awake bold brave brief bright brisk calm candid chief clean clear clever cosmic ' +
  'crisp curly dapper daring deft eager early exact fair famed fancy fast firm fleet fluent fond frank free fresh ' +
  'gentle gifted glad golden good grand great handy happy hardy honest humble ideal jolly just keen kind legal ' +
  'light likely lively loyal lucid lucky lunar mature mellow merry mighty mild modest neat nimble noble novel ' +
  'placid polite prime proud quick quiet rapid rare ready regal rich robust rosy rural savvy serene sharp silent ' +
  'sincere sleek smart smooth solid spry stable steady still stoic strong sunny super sure swift tame tidy tough ' +
  'trusty upbeat urban useful valid vivid warm wise witty worthy zesty'
const ANIMALS =
  'ant ape auk bat bear bee bird bison boar bug calf carp cat chimp clam cod colt conch cow crab crane crow cub ' +
  'deer doe dog donkey dove duck eagle eel elk emu ewe falcon fawn finch fish flea fly foal fowl fox frog gnat gnu ' +
  'goat goose grouse grub gull hare hawk hen heron hog horse hound hyena ibex ibis jay kit kite kiwi koala lamb ' +
  'lark lemur lion llama loon lynx mare mink mole moose moth mouse mule newt otter owl ox oyster panda perch pig ' +
  'pike pony puma quail ram rat raven ray robin rook seal shad shark sheep shrew shrike skink skunk sloth slug ' +
  'smelt snail snipe sole sparrow sprat squid stag stork swan tapir tern toad trout turtle vole wasp whale wolf ' +
  'wren yak zebra'

const NUMBERS = 1_000
const [adjectives, animals] = [ADJECTIVES.split(' '), ANIMALS.split(' ')]

/** A name that people can tell from others and say aloud, at most 20 characters. @example 'brave-otter-417' */
export function makeRunName(rng: Rng): string {
  const adjective = adjectives[rng.integer(adjectives.length)]
  const animal = animals[rng.integer(animals.length)]
  return `${adjective}-${animal}-${rng.integer(NUMBERS)}`
}
