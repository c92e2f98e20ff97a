import type { Language } from './language';

const PERSON = String.raw`(?:(?:real|actual|live|human) )?(?:person|human|agent|advisor|adviser|representative|rep|operator|someone real|somebody real|member of staff|(?:real|live|support|customer service) (?:person|agent|rep|representative|team|staff))`;

/** English, and the language of whatever no other language claims. */
export const english: Language = {
  code: 'en',
  writes: () => true,
  greeting:
    /^\s*(?:hi|hello|hey|hiya|howdy|good (?:morning|afternoon|evening|day)|greetings)(?: there| all| team| again| everyone)?(?=$|[^\p{L}\p{N}])[\s,.!?:)-]*/iu,
  thanks:
    /^\s*(?:(?:ok(?:ay)?|great|perfect|super|good|nice|cool|lovely|brilliant)[\s,.!]+)*(?:many thanks|thanks|thank you|thank u|thx|ty|cheers|much appreciated|that helps?|that helped)(?: (?:so much|very much|a lot|again|for (?:the|your) help|a million|that helped|that helps))*(?=$|[^\p{L}\p{N}])[\s,.!?:)-]*/iu,
  goodbye:
    /^\s*(?:bye(?: bye)?|goodbye|good bye|see (?:you|ya)(?: later)?|have a (?:nice|good|great) (?:day|evening|weekend|one)|that(?:'s| is) all|nothing else)(?=$|[^\p{L}\p{N}])[\s,.!?:)-]*/iu,
  person: new RegExp(
    [
      String.raw`^\W*(?:an? |the )?${PERSON}(?:,? (?:please|pls|now))*\W*$`,
      String.raw`^(?!.*\b(?:don'?t|do not|doesn'?t|no need|without|never)\b).*\b(?:talk|speak|chat|connect|transfer|pass|put|hand|get|give|want|need|like|prefer|see|reach|find|have)\b(?: [\w']+){0,5}? (?:an? |the |some |to |with )*${PERSON}\b`,
      String.raw`\b(?:are you|is this) (?:a )?(?:ro)?bot\b.*\b(?:person|human)\b`,
      String.raw`\b(?:not|no) (?:a |another )?(?:ro|chat)?bot\b`,
    ].join('|'),
    'iu',
  ),
  continues:
    /^\s*(?:(?:and|or|but|also|plus|then)\b(?! (?:where|when|why|who|how (?:do|can|much|long|many)|can|could|do|does|is|are|will|would)\b)|(?:what|how) about\b|and (?:what|how) about\b|same for\b)/iu,
  refers: /(?:^|[^\p{L}])(?:it|its|this|that|these|those|they|them|one|ones|there|same)(?=$|[^\p{L}])/iu,
  ordinals: [
    {
      pattern:
        /^\W*(?:the )?(?:first|1st|former|one|1|number (?:one|1)|option (?:one|1|a)|a)(?: (?:one|option|please|thing|of (?:them|those|these)))*\W*$/iu,
      place: 0,
    },
    {
      pattern:
        /^\W*(?:the )?(?:second|2nd|two|2|number (?:two|2)|option (?:two|2|b)|b)(?: (?:one|option|please|thing|of (?:them|those|these)))*\W*$/iu,
      place: 1,
    },
    {
      pattern:
        /^\W*(?:the )?(?:third|3rd|three|3|number (?:three|3)|option (?:three|3|c)|c)(?: (?:one|option|please|thing|of (?:them|those|these)))*\W*$/iu,
      place: 2,
    },
    { pattern: /^\W*(?:the )?(?:last|latter)(?: (?:one|option|please|of (?:them|those|these)))*\W*$/iu, place: -1 },
  ],
  both: /^\W*(?:both|both of (?:them|those|these)|all(?: of (?:them|those|these))?)(?: please)?\W*$/iu,
  neither:
    /^\W*(?:neither|none|no|nope|nah|neither of (?:them|those|these)|none of (?:them|those|these|the above)|(?:something|anything) else|not (?:that|those|really))(?: please)?\W*$/iu,
  yes: /^\W*(?:yes|yep|yeah|yup|sure|ok(?:ay)?|exactly|correct|right|that(?:'s| is) (?:it|right|the one)|yes please)(?: please)?\W*$/iu,
  phrases: {
    greeting: 'Hello! What can I do for you?',
    thanks: "You're welcome. Is there anything else?",
    goodbye: 'Goodbye, and thank you for writing.',
    empty: 'What would you like to know? A short question in your own words is best.',
    rephrase: "I'm not sure I understand. Could you put it in other words? You can also ask for a person at any time.",
    which: 'Which of these do you mean?',
    isIt: 'Do you mean this?',
    neither: 'Then please tell me in other words what you need.',
    again: 'As I said: ',
    ask: {
      'order-number': 'What is your order number?',
      email: 'What is your e-mail address?',
      phone: 'What is your phone number?',
      date: 'Which day is it about?',
      amount: 'Which amount is it about?',
      number: 'Which number is it?',
      choice: 'Which one is it about?',
      text: 'Could you tell me a little more?',
    },
    handoff: {
      requested: 'I am handing you over to a colleague, who will answer here.',
      'out-of-scope': 'I cannot help with this, so I am handing you over to a colleague, who will answer here.',
      unsure: 'I do not want to guess, so I am handing you over to a colleague, who will answer here.',
      anger: 'I am sorry for the trouble. I am handing you over to a colleague, who will answer here.',
      unresolved: 'That did not solve it, so I am handing you over to a colleague, who will answer here.',
    },
  },
};
