// What the names, attributes and descriptions of a large shop for development are drawn from: see seed-draw.ts.

export const makers =
  "Norrland|Alder & Ash|Quill|Haven|Brook|Tidewater|Larkfield|Osier|Marlow|Fjordvik|Kestrel|Bramble|Juniper|Sundby|Holloway|Étoile|Cædmon|Weißenfels|Pinecrest|Saltmarsh|Ember|Rowan|Vesper|Lindgren|Castell|Ondine|Thistle|Maréchal|Bohème|Skagen".split(
    "|",
  );

export const manners =
  "Classic|Everyday|Heritage|Studio|Compact|Slim|Folding|Nordic|Rustic|Modern|Light|Weekend|Original|Travel|Quiet|Winter|Summer|Heavy|Soft|Round".split(
    "|",
  );

export const colors =
  "black|white|grey|sand|slate|sage|clay|ink|cream|mustard|plum|navy|forest green|terracotta|sky blue|burgundy".split(
    "|",
  );

export const origins = "Portugal|Sweden|Germany|Japan|Italy|Poland|India|Denmark|France|Czechia".split("|");

export const praises = [
  "Made to be used every day and repaired when it has to be.",
  "Light in the hand, and steady where it stands.",
  "A shape that has been right for a hundred years.",
  "Finished by hand, so that no two are quite the same.",
  "Packs flat, travels well, and needs no instructions.",
  "Ages well, like all that is used with care.",
  "Quiet in colour, generous in size.",
  "Small enough for a city flat, strong enough for the country.",
  "Tested for a winter before it was sold.",
  "Comes with a spare of the one part that wears out.",
];

export const cares = [
  "Wipe with a damp cloth.",
  "Wash by hand and let it dry in the air.",
  "Oil it once a year.",
  "Machine washable at 30 degrees.",
  "Keep it out of the rain for longer than a night.",
  "Needs no care to speak of.",
];
