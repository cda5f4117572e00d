"""What people are called for short: Bill for William. Common knowledge, written down by hand for this program."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

# A name and its short forms, folded. A short form may be that of several names; two short forms of one name are not
# each other's: whoever asks for Bob does not mean Rob.
_SHORT: Final = """
abigail: abby gail
albert: al bert bertie
alexander: alex alec sandy sasha xander
alexandra: alex sandra sasha
alfred: alf alfie fred
amanda: mandy
andrew: andy drew
angela: angie
anthony: tony ant
antonia: toni tonia
arthur: art artie
barbara: barb barbie babs
benjamin: ben benny benji
bernard: bernie
beverly: bev
bradley: brad
caroline: carrie carol
catherine: cathy kate katie cat
cecilia: cece cissy
charles: charlie chuck chas
charlotte: charlie lottie
christina: chris chrissy tina
christine: chris chrissy tina
christopher: chris kit topher
clifford: cliff
constance: connie
cynthia: cindy
daniel: dan danny
david: dave davey
deborah: deb debbie
dennis: denny
diana: di
dominic: dom nick
donald: don donny
dorothy: dot dottie dolly
douglas: doug
edward: ed eddie ned ted teddy
eleanor: ellie nell nora
elizabeth: liz lizzie beth betty bess eliza lisa libby
emily: em emmy
eugene: gene
florence: flo flossie
frances: fran frannie
francis: frank
franklin: frank
frederick: fred freddie
gabriel: gabe
gabriella: gabby ella
gerald: gerry jerry
gregory: greg
gwendolyn: gwen
harold: harry hal
helen: nell
henry: harry hank hal
herbert: herb bert
isabella: bella izzy
jacob: jake
jacqueline: jackie
james: jim jimmy jamie jem
janet: jan
jeffrey: jeff
jennifer: jen jenny
jeremy: jerry jem
jessica: jess jessie
joan: joanie
john: jack johnny
jonathan: jon jonny nathan
joseph: joe joey
josephine: jo josie
joshua: josh
judith: judy jude
julia: jules
katherine: kathy kate katie kat kit kitty
kathleen: kathy kate katie
kenneth: ken kenny
kimberly: kim
lawrence: larry laurie
leonard: leo len lenny
lillian: lil lily
louis: lou
louise: lou lulu
margaret: maggie meg peggy marge greta daisy madge
martha: marty
martin: marty
mary: molly polly may
matilda: tilly
matthew: matt matty
maximilian: max
megan: meg
melissa: mel missy
michael: mike mick mickey mikey
mildred: millie
mitchell: mitch
nancy: nan
natalie: nat
nathan: nate nat
nathaniel: nate nat nathan
nicholas: nick nicky
nicole: nicky nikki
norman: norm
oliver: ollie
olivia: liv livvy
pamela: pam
patricia: pat patty tricia trish
patrick: pat paddy rick
penelope: penny
peter: pete
philip: phil pip
phillip: phil pip
priscilla: cilla
rachel: rae
randolph: randy
raymond: ray
rebecca: becky becca
reginald: reg reggie
richard: rick dick rich richie ricky
robert: bob bobby rob robbie bert
roberta: bobbie
roger: rodge
ronald: ron ronnie
rosemary: rose rosie
russell: russ
samantha: sam sammy
samuel: sam sammy
sandra: sandy
sarah: sally sadie
sebastian: seb
sharon: shari
sidney: sid
stanley: stan
stephanie: steph stevie
stephen: steve stevie
steven: steve stevie
stuart: stu
susan: sue susie suzy
susannah: sue susie
sylvester: sly
teresa: terry tess
theodore: ted teddy theo
theresa: terry tess
thomas: tom tommy
timothy: tim timmy
valerie: val
veronica: ronnie vera
victor: vic
victoria: vicky tori
vincent: vince vinny
virginia: ginny
walter: walt wally
wilfred: wilf fred
william: bill billy will willy liam
winifred: winnie
zachary: zach zack
alejandro: alex
antonio: tony toni
beatriz: bea
dolores: lola
enrique: quique
francisco: paco pancho
guadalupe: lupe
ignacio: nacho
jose: pepe
roberto: beto
heinrich: heiner heinz
johannes: hans hannes
josef: sepp
katharina: kathi
wilhelm: willi
aleksandr: sasha
giuseppe: beppe peppe
"""


def _both_ways() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for line in _SHORT.split("\n"):
        name, _, short = line.partition(":")
        for each in short.split():
            found[name][each] = None
            found[each][name] = None
    return {word: tuple(others) for word, others in found.items()}


_OTHERS: Final = _both_ways()


def others(word: str) -> tuple[str, ...]:
    """Names that a folded word is short for, and what the name is called for short."""
    return _OTHERS.get(word, ())
