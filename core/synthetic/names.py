"""Names of people who do not exist, from several parts of Indonesia.

A pool is one naming habit: its words, how many of them a person bears, and what children take
from their parents. Every pool also coins words of its own, so that two seeds share the common
names of a region but not its rare ones.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random


@dataclass(frozen=True)
class Pool:
    """One naming habit; `lengths` are the shares of names of one, two and three words."""

    male: tuple[str, ...]
    female: tuple[str, ...]
    male_second: tuple[str, ...]
    female_second: tuple[str, ...]
    lengths: tuple[float, float, float] = (0.3, 0.5, 0.2)
    clans: tuple[str, ...] = ()  # borne last, and handed from father to child
    male_lead: tuple[str, ...] = ()  # a word before the name that everyone has, as in Bali
    female_lead: tuple[str, ...] = ()
    coined: float = 0.5  # share of words made up from the syllables below
    heads: tuple[str, ...] = field(default=())
    male_tails: tuple[str, ...] = field(default=())
    female_tails: tuple[str, ...] = field(default=())


def words(text: str) -> tuple[str, ...]:
    """A list of words written as one text."""
    return tuple(text.split())


POOLS: dict[str, Pool] = {
    "jawa": Pool(
        male=words(
            "SLAMET BAMBANG AGUS JOKO HERU SUGENG WAHYU SUYATNO MULYADI PURWADI SUKARNO TRIYONO "
            "SUPRIYADI HARTONO WIDODO SUTRISNO SUROSO BUDI EKO DWI TEGUH GATOT YATNO KASDI PONIMAN "
            "SARJONO SARWONO DARSONO SUTOPO PARJO MISDI SUWARNO KUSNADI RIYADI MUJIONO WARSITO"
        ),
        female=words(
            "SRI ENDANG TITIK LESTARI WARSINI SUMIYATI SUPARMI KARSINI PARTINI SULASTRI MUJINAH "
            "SUPRIHATIN TUMINAH WAGINEM SARINEM KASMI PONIRAH RUMINAH SUHARTI KASIYEM TUTIK WIWIK "
            "DEWI INDAH YUNI FITRI RINA NANIK SUKINAH SAMINEM NGATIYEM JUMIATI LASMI SUDJIATI"
        ),
        male_second=words(
            "SANTOSO PRASETYO WIBOWO NUGROHO SAPUTRA SUSILO UTOMO SETIAWAN KURNIAWAN HIDAYAT "
            "WALUYO SUBAGYO HARYANTO PURNOMO WINARNO CAHYONO PRIYAMBODO SUDIBYO PAMBUDI LAKSONO"
        ),
        female_second=words(
            "RAHAYU WAHYUNI NINGSIH UTAMI WIDAYATI SUSANTI PURWANTI HANDAYANI WULANDARI HARTATI "
            "PUJIASTUTI SULISTYOWATI MARYATI KUSUMAWATI ANGGRAINI PUSPITASARI INDRIYANI MARGIYANTI"
        ),
        lengths=(0.38, 0.48, 0.14),
        heads=words("SU NGA WA PAR TU MAR KAS DAR PON SAR JU RAT GI TRI WIR KAR YAT MUL SEN RUS"),
        male_tails=words("MIN NO DI TO MAN YONO WANTO JAN RONO KIDI TARNO SIMAN PRAN"),
        female_tails=words("NEM TI SIH NAH MINI YATI WATI SITI TINI RIYEM KIYAH LIYAH"),
    ),
    "sunda": Pool(
        male=words(
            "DEDI ENCEP UNDANG OMAN YAYAN IWAN ENDANG AJAT WAWAN TAUFIK EMAN JAJANG UJANG AANG "
            "MAMAT DUDUNG ENJANG SOLEH YUSUF RUHIYAT ODANG TARYANA KARNA SUHERMAN SARIP IDING"
        ),
        female=words(
            "AI NYAI ENTIN YANTI ELIN IMAS TETEH YETI NINING ROSITA ENUNG ECIN IIM ATIKAH OOM "
            "ROHAYATI KARLINA TITIN EUIS ANIH ENOK MIMIN YUYUN CICIH"
        ),
        male_second=words(
            "SUHENDAR HERMAWAN SUPRIATNA KOSWARA MULYANA HENDRAYANA SUTARMAN PERMANA SURYAMAN "
            "RUSTANDI NUGRAHA WIRANATA SOBARI JUNAEDI"
        ),
        female_second=words(
            "SURYATI ROSMIATI KOMALASARI NURHASANAH SUMIATI KARTIKA FATIMAH NURAENI ROHMAH "
            "RUKMINI SUTIAH JUARIAH MARYAM"
        ),
        lengths=(0.35, 0.5, 0.15),
        heads=words("A U E KO DA JA RU SO WI TA CU NA SU HI MU YA"),
        male_tails=words("JANG DUN SEP NDI MAN RNA TISNA HERMAN PANDI"),
        female_tails=words("CIH NAH YAH ROH TIN LIS NENGSIH RYANI MIATI"),
    ),
    "batak": Pool(
        male=words(
            "HOTMAN TOGAR MANGARA JONSON PANGIHUTAN SABAR MARULI BONAR RICARDO JHON LEO SAUT "
            "TIGOR HASUDUNGAN PARTAHIAN DOLOK MARTUA OLOAN"
        ),
        female=words(
            "ROSMAIDA LINDA DORMAULI TIORIDA LUMONGGA ROMAULI BUNGA MARINTAN DAME RINSAN HELMI "
            "SAULINA MERRY BERTA ROIDA SARMA TETTY DELIMA"
        ),
        male_second=words("PARDAMEAN FRANSISKUS HALOMOAN TUA IMMANUEL DANIEL SAMUEL MANUEL"),
        female_second=words("MAGDALENA ELISABET SARI OKTAVIA YANTI ROTUA NAULI UHUR"),
        clans=words(
            "SIMANJUNTAK NABABAN SIMATUPANG SIREGAR LUBIS NASUTION HARAHAP SITOMPUL PANJAITAN "
            "SIHOMBING MANALU SILITONGA GULTOM SARAGIH PURBA TAMBUNAN TAMPUBOLON BUTARBUTAR"
        ),
        lengths=(0.0, 0.65, 0.35),
        heads=words("BO HO TO MA PAR SI RO LA DO JO GO"),
        male_tails=words("NGGUR TMAN LING RTUA NDANG PANDI"),
        female_tails=words("RIDA MAULI NTAULI SMERI LIANA NTINA"),
    ),
    "bali": Pool(
        male=words(
            "SUDARMA WIRAWAN ARIMBAWA SUARJANA MERTA SUDANA WINATA PARWATA KARYA ADIPUTRA "
            "MAHARDIKA SUWITRA NATIH ARNAWA BUDIASA RENTA"
        ),
        female=words(
            "SUMERTI ARYANI SUCIATI WARTINI ASTITI WIDIANI SRIASIH MURNIATI RATIH DARMINI "
            "SUWANDEWI PADMI LABERTI SUKRENI KERTIASIH"
        ),
        male_second=words("YASA DARMA PUTRA SAPUTRA MAHENDRA"),
        female_second=words("DEWI SARI ASIH UTARI LAKSMI"),
        male_lead=(
            "I WAYAN",
            "I PUTU",
            "I GEDE",
            "I MADE",
            "I KADEK",
            "I NENGAH",
            "I NYOMAN",
            "I KOMANG",
            "I KETUT",
            "IDA BAGUS",
            "I DEWA GEDE",
        ),
        female_lead=(
            "NI WAYAN",
            "NI PUTU",
            "NI LUH",
            "NI MADE",
            "NI KADEK",
            "NI NENGAH",
            "NI NYOMAN",
            "NI KOMANG",
            "NI KETUT",
            "IDA AYU",
            "DEWA AYU",
        ),
        lengths=(0.75, 0.25, 0.0),
        heads=words("SU AR MER WI KAR NA PAR BU GU"),
        male_tails=words("DANA TAMA RTHA JAYA WIJA NADI DIASA"),
        female_tails=words("RIANI NADI TINI SINI DASIH MERTI"),
    ),
    "papua": Pool(
        male=words(
            "YULIANUS MARTHEN OBED ELIAS NIKOLAUS SEMUEL FRENGKI LAURENS OTNIEL YANCE BENYAMIN "
            "ISAK DEMIANUS PITER THEO YOHANIS AMOS ENOS YOSIAS"
        ),
        female=words(
            "YOSEFINA ORPA MARIANCE DORKAS NAOMI SELINA YULITA BERTHA ANGGELINA LEVINA RUT "
            "FERONIKA MIRYAM DOLFINA SARLOTA AGUSTINA MARTINA PAULA"
        ),
        male_second=words("YAN LUKAS MATEUS RUBEN SETH HOSEA GERSON"),
        female_second=words("MARIA ESTER YOHANA RACHEL TABITA LIDIA"),
        clans=words(
            "MANDACAN ASSO WETIPO ELOPERE HESEGEM KOSSAY LOKBERE MABEL ITLAY GOBAI PIGAI IYAI "
            "DEGEI WANIMBO KARUBABA YOMAN TEKEGE MOTE MSEN KORWA RUMERE INFAINDAN"
        ),
        lengths=(0.0, 0.75, 0.25),
        heads=words("YO MA LE NA O DE KE SE"),
        male_tails=words("NIUS MION LEK SIAS NUS RIANUS"),
        female_tails=words("LINCE RINCE TINA FINA KELA"),
    ),
    "minang": Pool(
        male=words(
            "SYAFRIL ZULKARNAIN AFRIZAL MASRIL SYAHRIL YUSRIZAL HENDRI DASRIL BUYUNG ARMEN "
            "NOFRIZAL RIDWAN FIRMAN ALIZAR DONI JASMAN"
        ),
        female=words(
            "ERNAWATI YULIARNI DESMAWATI FITRINA UPIK NURBAITI ASMARNI ROSMANIAR ELVIRA YUSNIMAR "
            "WIRDA NELFITA ZURNIATI MURNIS"
        ),
        male_second=words("EFENDI YANDRI SAPUTRA FERNANDO ANWAR MARZUKI CHAN"),
        female_second=words("YENTI SUSILAWATI RAHMI OKTAVIANI DEWITA NENGSI"),
        clans=words("CHANIAGO KOTO SIKUMBANG GUCI JAMBAK MELAYU TANJUNG PITOPANG"),
        lengths=(0.4, 0.45, 0.15),
        heads=words("YU NO ZUL AF DES SYAF MAS JUS RIZ ER"),
        male_tails=words("RIAL NALDI RIZON MAN FRIADI WARMAN"),
        female_tails=words("NIDAR WITA MAINI NIATI MARLIS"),
    ),
    "lampung": Pool(
        male=words(
            "AHMAD HASAN BASRI ZAINUDIN MAT RONI ERWIN FADLI TABRANI YAHYA HERWAN AMRI SAHRUL "
            "HABIBI ALAMSYAH HERIYADI"
        ),
        female=words(
            "YULIANA HERLINA MEGAWATI ROHANI SITI NURUL DARNAWATI MARHAMAH EVA HELDA MASNAH "
            "ROSIDAH SUNARTI NURAINI"
        ),
        male_second=words("SYAH RAJASA PUTRA KESUMA JAUHARI MARGA PRATAMA GUNAWAN"),
        female_second=words("PUTRI MARLENA SUSANTI OKTARIA FITRIANI SEPTIA"),
        lengths=(0.3, 0.55, 0.15),
        heads=words("HER MAS SAH ROS ZAI FA MU TAB AL"),
        male_tails=words("RONI WANSYAH RUDIN LIZAR DANI"),
        female_tails=words("LIANA MALA WATI NIDA RIYANI"),
    ),
    "islam": Pool(
        male=words(
            "MUHAMMAD MUHAMAD MOHAMAD M. ABDUL AHMAD ACHMAD NUR FAJAR ILHAM RIZKI FARHAN HASBI "
            "SYAIFUL KHOIRUL IMRON MAHFUD TOHIR"
        ),
        female=words(
            "SITI NUR NURUL AISYAH KHADIJAH AMINAH ZAKIYAH ZULAIKHA HALIMAH RATNA UMI FAUZIAH "
            "LUTFIAH NADIA NAJWA"
        ),
        male_second=words(
            "RIDHO FAUZI ROHMAN HAKIM MALIK ARIFIN ZAKARIA MUSTOFA ANSHORI SYARIFUDIN YUSUF "
            "KHOIRUDIN HAFIDZ GHOFAR BASITH LATIF"
        ),
        female_second=words(
            "MUNAWAROH HASANAH ROMLAH KHOTIMAH ZUBAIDAH FADILAH MASRUROH AZIZAH LATIFAH "
            "QOMARIYAH SOLIKHAH MUTMAINAH FARIDA"
        ),
        lengths=(0.08, 0.66, 0.26),
        coined=0.35,
        heads=words("KHA ZA FA MU NA RO SYA HA LA"),
        male_tails=words("LIDIN FIQ NIF DLI RUL KHLIS ZAKI"),
        female_tails=words("YAH ROTUN LIYA NISA FIAH LILAH"),
    ),
    "bugis": Pool(
        male=words("ANDI BASO AMBO LATIF SAHARUDDIN NURDIN TAHIR ARIFUDDIN MAPPE RUSTAM SYARIF"),
        female=words("ANDI BESSE INDO HASNI NURHAYATI ROSDIANA SITTI ST. MARHANI DARMAWATI"),
        male_second=words("TENRI PAWELLANGI MAPPANGARA SULAIMAN HAMZAH DAENG"),
        female_second=words("TENRI BAU HASNAH SABBE MULIATI RAMLAH"),
        lengths=(0.3, 0.55, 0.15),
        heads=words("PA MAP RA SA LA BA NUR TA"),
        male_tails=words("WELLA RUDDIN SENGE MMANG RESSA"),
        female_tails=words("TTANG NNAH RIANI SSENG HAYA"),
    ),
    # Villages where nearly everyone has a single name: the hard case for comparing names.
    "satu-kata": Pool(
        male=words("PONIJO TUKIRAN SAGIMAN PAIRAN SAIMIN TUGINO RAKIMAN PAIDI TASMAN MARDI"),
        female=words("TUKINAH PAIRAH SAINAH RAKINI TUGIRAH MARSIH PAITI SAKIYAH TASMI JUMIRAH"),
        male_second=("WIYONO",),
        female_second=("WIYATI",),
        lengths=(0.97, 0.03, 0.0),
        coined=0.6,
        heads=words("PA SA TU RA MAR TAS GI MU KA LA WA NGA JU RE KI MIS DUL BON"),
        male_tails=words("IRAN MIN GINO KIJAN NGIN IMUN RIDI JAN SIRAN MEDI"),
        female_tails=words("IRAH MI KINAH TIYEM IPAH RISEM NTEN RINAH YUT"),
    ),
}

# Shares in a district of Lampung, where most families came from Java.
DEFAULT_SHARES: dict[str, float] = {
    "jawa": 0.42,
    "islam": 0.18,
    "sunda": 0.11,
    "lampung": 0.11,
    "bali": 0.05,
    "batak": 0.04,
    "minang": 0.04,
    "bugis": 0.02,
    "papua": 0.01,
    "satu-kata": 0.02,
}

NameMaker = Callable[[str, str], str]


def _coin(rng: Random, pool: Pool, sex: str, syllables: tuple[str, ...]) -> str:
    """A word in the manner of the pool that no list holds; `syllables` belong to the seed."""
    tails = pool.male_tails if sex == "L" else pool.female_tails
    word = pool.heads[int(rng.random() * len(pool.heads))]
    if rng.random() < 0.7:
        word += syllables[int(rng.random() * len(syllables))]
    return word + tails[int(rng.random() * len(tails))]


class Namer:
    """Gives names; holds the words this seed prefers, so that seeds differ in their rare names."""

    def __init__(self, rng: Random, shares: dict[str, float] | None = None):
        self.rng = rng
        shares = DEFAULT_SHARES if shares is None else shares
        unknown = sorted(set(shares) - set(POOLS))
        if unknown or not shares:
            raise ValueError(f"Unknown name pools: {', '.join(unknown)}; known: {', '.join(POOLS)}")
        self.pools: list[str] = []
        self.limits: list[float] = []
        total, running = sum(shares.values()), 0.0
        for pool, share in shares.items():
            running += share / total
            self.pools.append(pool)
            self.limits.append(running)
        consonants, vowels = "BDGHJKLMNPRSTWY", "AEIOU"
        self.syllables = tuple(
            consonants[int(rng.random() * 15)] + vowels[int(rng.random() * 5)] for _ in range(36)
        )

    def pool(self) -> str:
        """A pool drawn by its share."""
        draw = self.rng.random()
        for name, limit in zip(self.pools, self.limits, strict=True):
            if draw < limit:
                return name
        return self.pools[-1]

    def _word(self, pool: Pool, sex: str, words: tuple[str, ...]) -> str:
        if self.rng.random() < pool.coined:
            return _coin(self.rng, pool, sex, self.syllables)
        # Not quite evenly, so that the first words of a list are common and the last ones rare.
        return words[int(self.rng.random() ** 1.5 * len(words))]

    def clan(self, pool_name: str) -> str:
        """A clan to hand down, or nothing where the pool has none."""
        clans = POOLS[pool_name].clans
        return clans[int(self.rng.random() * len(clans))] if clans else ""

    def name(self, pool_name: str, sex: str, clan: str = "", born: int = 0) -> str:
        """A full name; `clan` is the father's, `born` the place among the siblings (0 = first)."""
        pool, rng = POOLS[pool_name], self.rng
        first, second = (
            (pool.male, pool.male_second) if sex == "L" else (pool.female, pool.female_second)
        )
        draw = rng.random()
        one, two, _ = pool.lengths
        count = 1 if draw < one else 2 if draw < one + two else 3
        if clan and pool.lengths[0] == 0.0:
            count -= 1
        elif clan and rng.random() < 0.4:
            count = 1
        else:
            clan = ""
        said = [self._word(pool, sex, first)]
        while len(said) < count:
            word = self._word(pool, sex, second)
            if word not in said:
                said.append(word)
            else:
                count -= 1
        if pool.male_lead:
            leads = pool.male_lead if sex == "L" else pool.female_lead
            noble = rng.random() < 0.08
            turn = len(leads) - 1 - int(rng.random() * 2) if noble else (born % 4) * 2
            said.insert(0, leads[min(turn + (0 if noble else int(rng.random() * 2)), 10)])
        if clan:
            said.append(clan)
        return " ".join(said)
