"""What made-up shelters and groups are called: one name, spelled as it is in several languages.

Villages and towns of the Syrian coast as anybody may write them; that people fled from just these is made up.
"""

from random import Random
from typing import NamedTuple


class Spelled(NamedTuple):
    """A name as it is written in English, in French, and in Arabic."""

    en: str
    fr: str
    ar: str


VILLAGES = tuple(
    Spelled(*spelled.split("|"))
    for spelled in (
        "Sharifa|Charifa|الشريفة",
        "Barmaya|Barmaïa|برمايا",
        "Mukhtariyah|Moukhtariyé|المختارية",
        "Dweir Baabda|Douair Baabda|دوير بعبدة",
        "Hammam Wasel|Hammam Wassel|حمام واصل",
        "Qutailbiyah|Qoutaïlbiyé|القطيلبية",
        "Ain Sharqiyeh|Aïn Charqiyé|عين الشرقية",
        "Ras al-Ain|Ras el-Aïn|رأس العين",
        "Qadmus|Qadmous|القدموس",
        "Daliyah|Daliyé|الدالية",
        "Bustan al-Basha|Boustan el-Bacha|بستان الباشا",
        "Snobar|Snoubar|الصنوبر",
        "Kafr Dabil|Kfar Dbil|كفر دبيل",
        "Rusafa|Roussafa|الرصافة",
        "Masyaf|Massiaf|مصياف",
        "Salhab|Salhab|سلحب",
        "Fahil|Fahel|فاحل",
        "Arza|Arzé|أرزة",
        "Tuwaym|Touwaïm|تويم",
        "Maryamin|Mariamine|مريمين",
        "Kunaysa|Kounaïssa|الكنيسة",
        "Zama|Zamé|زاما",
        "Jobet Burghal|Joubet Bourghal|جوبة برغال",
        "Harf Banmra|Harf Banmra|حرف بنمرة",
        "Wadi al-Qalaa|Ouadi el-Qalaa|وادي القلعة",
        "Annaza|Annazé|العنازة",
        "Tanita|Tanita|تعنيتا",
        "Hraisoun|Hreïssoun|حريصون",
        "Dahr Safra|Dahr Safra|ضهر صفرا",
        "Qarfays|Qarfaïs|القرفيص",
    )
)
BUILDINGS = (
    Spelled("{0} school", "École de {0}", "مدرسة {0}"),
    Spelled("{0} sports hall", "Salle de sport de {0}", "صالة {0} الرياضية"),
    Spelled("{0} farm", "Ferme de {0}", "مزرعة {0}"),
    Spelled("{0} cultural centre", "Centre culturel de {0}", "المركز الثقافي {0}"),
)
PEOPLE = Spelled("Families of {0}", "Familles de {0}", "عائلات {0}")


def spell(form: Spelled, village: Spelled, language: int, number: int = 1) -> str:
    """A name of a village in one of the languages, by its position; several of one name are numbered."""
    name = form[language].format(village[language])
    return name if number == 1 else f"{name} {number}"


def mistype(random: Random, name: str) -> str:
    """As somebody in a hurry types it: two letters the wrong way round."""
    at = random.randrange(1, len(name) - 2)
    return f"{name[:at]}{name[at + 1]}{name[at]}{name[at + 2 :]}"
