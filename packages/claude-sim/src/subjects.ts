/** What the simulator likes to talk about: things that flow, wait, or arrive in order. */
export interface Subject {
  title: string
  /** A lower-case noun phrase that fits after "about". */
  noun: string
  lead: readonly string[]
  facts: readonly string[]
  steps: readonly string[]
  table: { head: readonly string[]; rows: readonly (readonly string[])[] }
  aside: string
}

export const SUBJECTS: readonly Subject[] = [
  {
    title: 'Canal locks',
    noun: 'canal locks',
    lead: [
      'A lock is a *patient* machine: it moves a boat uphill without an engine, and it does so by waiting.',
      'Every lock holds one simple rule: **never open both gates at once**.',
    ],
    facts: [
      'The upper gates stay shut by the weight of the very water they hold back.',
      'A mitre gate closes at a shallow angle, so that pressure seals it instead of forcing it open.',
      'Small sluices in the gates, the *paddles*, let the chamber fill before anything large has to move.',
      'A boat leaves the chamber as slowly as it came in, however great the hurry behind it.',
      'Side ponds save about half of the water that a passage would otherwise send downhill.',
      'A flight of locks is a pipeline: it is only as fast as its slowest chamber.',
    ],
    steps: [
      'Close the lower gates',
      'Lower the paddles',
      'Fill the chamber',
      'Let the levels agree',
      'Go on',
    ],
    table: {
      head: ['Part', 'Holds back', 'Opens when'],
      rows: [
        ['Upper gate', 'the summit pound', 'the chamber is full'],
        ['Lower gate', 'the chamber', 'the chamber is empty'],
        ['Paddle', 'a trickle', 'somebody winds it up'],
        ['Weir', 'nothing', 'there is too much of everything'],
      ],
    },
    aside: 'Leonardo da Vinci is often credited with the mitre gate, which he drew for the canals of Milan.',
  },
  {
    title: 'Tides',
    noun: 'tides',
    lead: [
      'The sea keeps two clocks at once: one follows the moon, the other, at a little less than half the strength, the sun.',
      'A tide table is a promise made years ahead, and it is **almost always kept**.',
    ],
    facts: [
      'High water comes about fifty minutes later each day, because the moon has moved on meanwhile.',
      'At new and full moon the two pulls add up, and the range is at its greatest.',
      'A narrowing bay can turn a modest swell into a range of more than fifteen metres.',
      'Slack water is short; whoever wants to cross must already be waiting for it.',
      'Wind and air pressure move the level too, which no table can know in advance.',
    ],
    steps: ['Find the reference port', 'Add the time difference', 'Allow for the wind', 'Leave a margin'],
    table: {
      head: ['Word', 'What it means', 'How often'],
      rows: [
        ['Spring tide', 'the largest range', 'twice a lunar month'],
        ['Neap tide', 'the smallest range', 'twice a lunar month'],
        ['Slack', 'no stream to speak of', 'around each turn'],
        ['Surge', 'weather added to the tide', 'when you need it least'],
      ],
    },
    aside:
      'The first tide-predicting machine, a cabinet of pulleys and wheels, was built for Lord Kelvin in 1872.',
  },
  {
    title: 'Sourdough',
    noun: 'sourdough',
    lead: [
      'A starter is a queue of very small workers, and none of them can be hurried.',
      'Bread is mostly **time**; flour and water are what the time is spent on.',
    ],
    facts: [
      'Warmth decides the pace: a few degrees more can halve the time to double.',
      'Wild yeast makes the gas, and lactic bacteria make the taste.',
      'A dough that has risen too long tears, since the gluten that held it has been eaten away.',
      'Cold slows yeast far more than it slows the acids, so a night in the fridge deepens the flavour.',
      'Steam keeps the crust soft for the first minutes, so that the loaf can still grow.',
    ],
    steps: ['Feed the starter', 'Mix flour and water', 'Add salt', 'Fold every half hour', 'Bake very hot'],
    table: {
      head: ['Stage', 'Temperature', 'Hours'],
      rows: [
        ['Autolyse', '22 °C', '1'],
        ['Bulk rise', '25 °C', '4–6'],
        ['Cold proof', '4 °C', '8–16'],
        ['Bake', '240 °C', '0.75'],
      ],
    },
    aside:
      'Bakers write every ingredient as a percentage of the flour, which is why a recipe can add up to 175 %.',
  },
  {
    title: 'Night trains',
    noun: 'night trains',
    lead: [
      'A night train is slow on purpose: it has until breakfast.',
      'A timetable is a contract between people who will never meet, and its currency is **slack**.',
    ],
    facts: [
      'Only one train may be in a block of track, and the signal before it says so.',
      'Sleepers carry spare minutes in their schedule, and spend them quietly at some station after midnight.',
      'Carriages for different cities share a locomotive and part company in the dark.',
      'A single late train can delay a dozen others, so dispatchers hold back one to save the rest.',
      'A long freight train needs more than a kilometre to stop, which is why signals speak early.',
      'When two networks differ in voltage, the locomotive is changed and the passengers sleep on.',
    ],
    steps: [
      'Check your carriage',
      'Keep the ticket at hand',
      'Set an alarm',
      'Sleep',
      'Wake in the mountains',
    ],
    table: {
      head: ['Signal', 'Meaning', 'Driver does'],
      rows: [
        ['Green', 'two blocks are free', 'goes on'],
        ['Yellow', 'one block is free', 'slows down'],
        ['Red', 'none is', 'stops, and waits'],
        ['Dark', 'nobody knows', 'treats it as red'],
      ],
    },
    aside:
      'Railways made countries agree on the time: before them, noon was whatever the local sundial said.',
  },
  {
    title: 'Text on a wire',
    noun: 'text on a wire',
    lead: [
      'A character is an idea; a byte is what travels. Most of the trouble lives between the two.',
      'UTF-8 is one of the few designs that is **both** a clever trick and the right answer.',
    ],
    facts: [
      'The first byte of a character says how many follow, so a reader can always find its place again.',
      'A chunk may end in the middle of a character, and a decoder has to remember the half it has.',
      'What looks like one letter can be several code points: `é` is either one or two of them.',
      'JavaScript counts UTF-16 units, in which an emoji usually takes two.',
      'ASCII is UTF-8 already, which is why the change-over went almost unnoticed.',
      'Sorting bytes sorts code points, a small gift that databases make use of every day.',
    ],
    steps: [
      'Decode in one place',
      'Keep a decoder per stream',
      'Count in one unit',
      'Test with 日本語 and 👩‍🚀',
    ],
    table: {
      head: ['Character', 'UTF-8 bytes', 'UTF-16 units'],
      rows: [
        ['`a`', '1', '1'],
        ['`ß`', '2', '1'],
        ['`語`', '3', '1'],
        ['`🚀`', '4', '2'],
      ],
    },
    aside: 'UTF-8 was sketched on a placemat in a New Jersey diner in September 1992.',
  },
  {
    title: 'Beehives',
    noun: 'beehives',
    lead: [
      'A hive has no manager. It has forty thousand workers, and a *very* good protocol.',
      'When there is no room for nectar, foragers are met late, and so they **slow down**: backpressure, in wax.',
    ],
    facts: [
      'A forager that waits too long to be unloaded begins to tremble instead of dance, and recruiting stops.',
      'The angle of the waggle dance is the angle to the sun; its length is the distance.',
      'Wax is expensive: bees eat several kilograms of honey for each kilogram they build.',
      'A swarm chooses its home by quorum, once enough scouts meet at the same place.',
      'In winter the cluster keeps its middle warm by shivering, and takes turns at the edge.',
    ],
    steps: [
      'Light the smoker',
      'Open the lid slowly',
      'Lift the frames in order',
      'Look for eggs',
      'Close it again',
    ],
    table: {
      head: ['Role', 'Age in days', 'Count'],
      rows: [
        ['Cleaner', '1–3', 'many'],
        ['Nurse', '4–12', 'thousands'],
        ['Builder', '12–18', 'as needed'],
        ['Forager', '21 and up', 'a third of the hive'],
      ],
    },
    aside: 'Karl von Frisch decoded the dance, and shared a Nobel Prize for it in 1973.',
  },
]
