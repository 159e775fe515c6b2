"""The page that explains a take-out folder to whoever opens it, in three languages at once."""

README_TEXT = """\
Suomeksi - På svenska - In English


SUOMEKSI

Tässä kansiossa on yhden organisaation kaikki FundTrackin tiedot yhdeltä hetkeltä.

readable/RAHASTO/VUOSI.json  Helppolukuinen kooste rahastosta ja vuodesta: käyttösuunnitelma, rivit, muutokset,
                    toteumat riveittäin ja kuukausittain, kuukausien tila, nostot riveineen, rahaston tapahtumat ja
                    saldo, kommentit ja annetut raportit. Summat ovat euroja ja tekstiä, kaksi desimaalia.
tables/TAULU.csv    Jokainen taulu sellaisena kuin se on tietokannassa. UTF-8, pilkku erottaa kentät, ensimmäisellä
                    rivillä on sarakkeiden nimet. Summissa on desimaalipiste ja kaksi desimaalia. Päivät ovat muotoa
                    2024-09-30 ja hetket UTC-aikaa. Tyhjä kenttä ilman lainausmerkkejä tarkoittaa, ettei arvoa ole;
                    "" on tyhjä teksti. Taulut, joiden nimi päättyy sanaan event, ovat muutoshistoria: mitä riveissä
                    milloinkin luki. pghistory_context kertoo, kuka muutti ja missä.
files/TAULU/        Tiedostot, esimerkiksi annettujen raporttien PDF:t. Taulun sarake, jonka nimi päättyy merkkeihin
                    _file, kertoo tiedoston polun.
manifest.json       Luettelo tiedostoista kokoineen ja SHA-256-tiivisteineen, loppusummat, viimeinen kirjauserä ja
                    se, mitä jätettiin pois ja miksi (salasanat ja kirjautuminen).
manifest.sha256     Luettelon oma tiiviste. Säilytä se myös muualla: sillä näkee, että kansio on muuttumaton.

Tarkistus ilman tietokantaa:  python manage.py verify_takeout KANSIO
Tiedostot sisältävät henkilötietoja. Säilytä niitä sen mukaisesti.
Taulukkolaskenta voi muuttaa CSV-tiedoston arvoja, kun se avataan: tuo sarakkeet tekstinä.


PÅ SVENSKA

Den här mappen innehåller alla uppgifter om en organisation i FundTrack vid en och samma tidpunkt.

readable/FOND/ÅR.json  Lättläst sammandrag av en fond och ett år: dispositionsplan, rader, ändringar, utfall per rad och
                    månad, månadernas läge, uttag med rader, fondens händelser och saldo, kommentarer och utgivna
                    rapporter. Belopp är euro och text, två decimaler.
tables/TABELL.csv   Varje tabell så som den är i databasen. UTF-8, fälten skiljs åt med komma, på första raden står
                    kolumnernas namn. Belopp har decimalpunkt och två decimaler. Datum skrivs 2024-09-30 och
                    tidpunkter i UTC. Ett tomt fält utan citattecken betyder att värde saknas; "" är en tom text.
                    Tabeller vars namn slutar på event är ändringshistorik: vad som stod i raderna vid varje tid.
                    pghistory_context berättar vem som ändrade och var.
files/TABELL/       Filer, till exempel utgivna rapporters PDF. En kolumn vars namn slutar på _file anger filens sökväg.
manifest.json       Förteckning över filerna med storlek och SHA-256-kontrollsumma, slutsummor, den sista
                    bokföringsposten samt vad som lämnats bort och varför (lösenord och inloggning).
manifest.sha256     Förteckningens egen kontrollsumma. Spara den även på annat håll: den visar att mappen är oförändrad.

Kontroll utan databas:  python manage.py verify_takeout MAPP
Filerna innehåller personuppgifter. Förvara dem därefter.
Ett kalkylprogram kan ändra värden när det öppnar en CSV-fil: importera kolumnerna som text.


IN ENGLISH

This folder holds everything of one organisation in FundTrack, as it was at one moment.

readable/FUND/YEAR.json  A fund and a year for reading: use plan, lines, amendments, actuals per line and month, states
                    of months, drawdowns with their rows, the fund's entries and balance, comments and issued reports.
                    Amounts are euros and text, with two decimals.
tables/TABLE.csv    Every table as it is in the database. UTF-8, fields apart by comma, names of the columns on the
                    first line. Amounts have a decimal point and two decimals. Dates are like 2024-09-30, moments are
                    UTC. An empty field without quotes means that there is no value; "" is an empty text. Tables whose
                    name ends with event are the history of changes: what stood in the rows at any time.
                    pghistory_context says who changed it and where.
files/TABLE/        Files, such as the PDFs of issued reports. A column whose name ends with _file tells a file's path.
manifest.json       The files with their sizes and SHA-256 digests, totals, the last booking, and what was left out and
                    why (passwords and signing in).
manifest.sha256     Digest of the manifest. Keep it elsewhere too: it shows that the folder is as it was.

Checking without a database:  python manage.py verify_takeout FOLDER
The files hold personal data. Keep them accordingly.
A spreadsheet may change values when it opens a CSV file: import its columns as text.
"""
