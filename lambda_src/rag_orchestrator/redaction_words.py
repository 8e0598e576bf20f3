"""The word lists of redaction, read once from redaction_names.txt and medicines.txt, and words kept by hand.

scripts/redaction_lists.py makes the files; docs/redaction.md says from what and under which terms.
"""

import unicodedata
from functools import cache
from pathlib import Path
from typing import Final


def word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


FOLDER: Final = Path(__file__).parent

MONTHS: Final = {
    "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8,
    "september": 9, "october": 10, "november": 11, "december": 12, "jan": 1, "feb": 2, "mar": 3, "apr": 4,
    "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip

STATES: Final = word_set(
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM "
    "NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY PR GU VI AS MP AA AE AP FM MH PW"
)
STATE_NAMES: Final = (
    "Alabama", "Alaska", "Arizona", "Arkansas", "California", "Colorado", "Connecticut", "Delaware",
    "Florida", "Georgia", "Hawaii", "Idaho", "Illinois", "Indiana", "Iowa", "Kansas", "Kentucky",
    "Louisiana", "Maine", "Maryland", "Massachusetts", "Michigan", "Minnesota", "Mississippi", "Missouri",
    "Montana", "Nebraska", "Nevada", "New Hampshire", "New Jersey", "New Mexico", "New York",
    "North Carolina", "North Dakota", "Ohio", "Oklahoma", "Oregon", "Pennsylvania", "Rhode Island",
    "South Carolina", "South Dakota", "Tennessee", "Texas", "Utah", "Vermont", "Virginia", "Washington",
    "West Virginia", "Wisconsin", "Wyoming",
)  # fmt: skip
REGIONS: Final = frozenset(word.lower() for name in STATE_NAMES for word in name.split()) | word_set(
    "america american usa us uk canada mexico england scotland wales ireland france germany italy "
    "spain portugal poland russia ukraine india china japan korea vietnam philippines brazil "
    "argentina africa europe asia australia cuba haiti jamaica nigeria ghana kenya somalia ethiopia "
    "egypt iran iraq syria turkey pakistan bangladesh afghanistan nepal guatemala honduras salvador "
    "colombia venezuela peru ecuador chile dominican caribbean"
)
"""A state or larger: no PHI."""

EPONYMS: Final = word_set(
    "parkinson crohn alzheimer hodgkin foley babinski hashimoto raynaud sjogren kawasaki holter wegener "
    "pap doppler gram lyme apgar behcet meniere tourette cushing romberg tinel phalen kernig brudzinski "
    "hickman swan ganz valsalva trendelenburg mirena braden gleason karnofsky mallampati epley nissen "
    "whipple kegel mohs mcburney lachman rinne snellen yankauer shiley penrose bovie kocher glasgow "
    "marfan huntington ringer guillain barre ehlers danlos kaposi burkitt ewing wilms wernicke "
    "korsakoff broca charcot duchenne dupuytren heberden kussmaul levine cheyne murphy's graves'"
)
"""Eponyms that stand for the thing without its noun: "Crohn's", "a Holter"."""
EPONYM_NOUNS: Final = word_set(
    "disease diseases syndrome sign signs test tests testing catheter score scores scale criteria "
    "phenomenon classification class stage grade procedure operation maneuver manoeuvre fracture "
    "lymphoma palsy tumor tumour sarcoma esophagus oesophagus contracture cyst lesion lesions bodies "
    "body reaction response thyroiditis dementia chorea ataxia dystrophy hernia murmur node nodes ulcer "
    "anemia anaemia triad tetralogy index stain agar tube drain bag clamp forceps speculum lamp chart "
    "method formula equation protein proteins encephalopathy psychosis aphasia area paralysis position "
    "reflex monitor monitoring ultrasound colitis staging questionnaire inventory assessment rule rules "
    "law antigen virus barr nevus exercises exercise technique repair shunt valve pouch diverticulum "
    "nephropathy gangrene tremor pain point line sensation wave smear swab thyrotoxicosis "
    "ophthalmopathy parkinson white negative positive stick gaze phototype type bundle facies "
    "arthropathy spots papules respirations breathing breaths purpura crisis coma lavage boot brace "
    "orthosis bladder glands cells cell filter study trial solution lactate"
)
NOT_NAMES: Final = word_set(
    "monday tuesday wednesday thursday friday saturday sunday english spanish french german chinese "
    "vietnamese arabic hindi korean japanese african american asian hispanic latino caucasian native "
    "medicare medicaid christian catholic muslim jewish hindu covid ekg ecg echo mri cbc bmp cmp tsh "
    "inr ptt copd chf cad afib gerd ckd esrd htn nstemi stemi dvt icu nicu picu micu ed er or pcp hpi "
    "pmh ros mar emr ehr otc prn bid tid qid qhs qam qpm iv po im sq sc npo dnr dni hiv hcv hbv uti uri "
    "cabg pci tia cva gi gu ent ct pet xray hba1c ldl hdl egfr gfr bun wbc rbc hgb plt ast alt alp ana "
    "asa ace arb ssri nsaid nsaids bp hr rr o2 spo2 ef lv rv la ra lad rca svt vt vf pvc pac aed pt ot "
    "rn md do np pa dds phd lpn cna icd cpt loinc snomed rxnorm ndc dob mrn ssn tylenol lovenox "
    "medication medications diagnosis allergies labs vitals imaging pathology radiology cardiology "
    "neurology nephrology oncology hematology gastroenterology endocrinology psychiatry dermatology "
    "urology ophthalmology pulmonology rheumatology anesthesia anesthesiology telemetry stat"
)
MEDICAL_ENDINGS: Final = (
    "itis", "osis", "emia", "aemia", "uria", "ectomy", "otomy", "ostomy", "oscopy", "graphy", "gram",
    "pathy", "plasty", "algia", "opia", "penia", "philia",
    "trophy", "megaly", "plegia", "paresis", "esthesia",
    "metry", "cillin", "mycin", "floxacin", "azole", "prazole", "statin", "sartan", "olol", "dipine",
    "tidine", "mab", "nib", "vir", "zepam", "zolam", "gliptin", "gliflozin", "glutide", "semide", "thiazide",
    "oxetine", "parin", "xaban", "triptan", "setron", "caine", "cycline", "ology", "ologist", "iasis", "oma",
)  # fmt: skip
STREETS: Final = word_set(
    "alley annex arcade ave avenue bayou beach bend bluff bluffs blvd bottom boulevard branch bridge "
    "broadway brook brooks burg bypass camp canyon cape causeway cir circle club commons corners "
    "court cove creek crescent crest crossing ct curve dale dam divide dr drive estate estates "
    "expressway extension ferry flat flats ford fords forest forge forges fork forks fort freeway "
    "garden gardens gateway glen glens green greens grove groves harbor harbors haven heights highway "
    "hill hills hollow hwy inlet island islands isle junction key keys knoll knolls lake lakes "
    "landing lane ln lock locks lodge loop manor meadow meadows mews mill mills mission motorway "
    "mount mountain mountains neck orchard oval overpass park parks parkway pass passage path pike "
    "pine pines pkwy pl place plain plains plaza point port ports prairie radial ramp ranch rapids rd "
    "ridge river road route row shoal shoals shore shores skyway spring springs spur sq square st "
    "station stravenue stream street summit ter terrace throughway trace track trafficway trail "
    "trailer tunnel turnpike underpass union unions valley valleys via viaduct view views village "
    "villages ville vista walk wall way wells"
)
"""After a house number: https://pe.usps.com/text/pub28/28apc_002.htm without what follows counts in notes."""


@cache
def lists() -> dict[str, frozenset[str]]:
    """Names, cities and words by the name of their list, in lower case; 12 ms of CPU at the first call."""
    found = {}
    for line in (FOLDER / "redaction_names.txt").read_text(encoding="utf-8").splitlines():
        name, *words = line.split()
        found[name] = frozenset(words)
    return found


@cache
def medicines() -> dict[str, frozenset[int]]:
    """The medicines (by number) that a word names: a generic name, its synonyms and its brands share one."""
    groups: dict[str, set[int]] = {}
    for number, line in enumerate((FOLDER / "medicines.txt").read_text(encoding="utf-8").splitlines()):
        for name in line.split():
            groups.setdefault(name, set()).add(number)
    return {name: frozenset(numbers) for name, numbers in groups.items()}


def folded(text: str) -> str:
    """Without case and accents: "José" is "jose"."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text)
    return "".join(part for part in parts if not unicodedata.combining(part)).casefold()
