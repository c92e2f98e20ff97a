/** Common words of shops, accounts, markets and small talk: whole pieces of the tiny vocabularies. */
export const tinyWords: readonly string[] = `
a about above accept access account across action active actually add address after again against age ago agent agree air alert all allow
almost alone along already also although always am amount an and angry annual another answer any anyone anything app apply april are area
around arrive arrived as ask asked at august available average away awful baby back bad badly balance bank battery be beautiful because
become bed been before began begin behind believe below best better between big bill billing birthday bit black blue board boat body
bonus book bought bounce box brand break bring broke broken brother brown budget build business but button buy by cable call called came
camera can cancel cannot car card care carrier case cash catalog cause certain chain chair change charge charged charger cheap check
checkout child choice choose city claim clean clear click clock close closed clothes coat code cold collect color come coming comment
company compare complain complete computer confirm contact continue control cook cool copy correct cost could country coupon courier
cover create credit cup currency current customer cut damaged dark data date day days dead deal dear december decide decline decrease
defect delay delayed delete deliver delivered delivery demand deposit describe design desk detail details did different difficult
digital direct dirty discount dispatch display do does dog dollar done door double doubt down download dress drive driver drop dry due
during each early earn earnings easy eat edit effect either electric else email empty end energy english enjoy enough enter entry error
euro even evening ever every everyone everything exact excellent except exchange expect expensive expired explain express extra eye
face fact fail failed fails fair fall false family far fast father favorite fear feature february fee feel feet few field file fill final
find fine finish fire first fit five fix flat floor fly follow food foot for forget forgot form found four free fresh friday friend from
front full fun funny gave general get gift girl give given glad glass go goes gold gone good got grand great green grew ground group grow
growth guarantee guess guide had half hand happen happened happy hard has hat have he head hear heard heart heavy held hello help her
here hey hi high him his hold holiday home hope hot hour hours house how huge hundred husband i idea if image important in inch
income increase information inside instead insurance interest internet into invoice is issue it item items its itself january job join
joke july june just keep key kind kitchen know label lamp land language laptop large last late later launch lead learn least leave left
less let letter level life light like limit line link list little live local locked log login long look lose loss lost lot love low
machine made mail main make man manager many march mark market matter may maybe me mean measure medium meet member message mess middle
might mind minute miss missing mistake mobile model modern moment monday money month months more morning most mother move much music
must my myself name near need network never new news next nice night nine no nobody none normal not note nothing notice november now
number october of off offer office often oil ok okay old on once one online only open option or orange order ordered orders other our
out outside over own pack package page paid paint pair paper parcel part partner party password past path pay payment people per percent
perfect perhaps period person phone photo pick picture piece place plain plan play please pleased plus point poor position possible
post posted power pretty price print private probably problem process product profit profile promise promised proper protect provide
public pull purchase push put quality quarter question quick quickly quiet quite rain raise ran rate rather reach read ready real really
reason receipt receive received recent record red reduce refund refunded refuse region register rejected remember remove renew repair
repeat replace reply report request reset rest result return returned returns revenue review right rise risk road room round rule run
safe said sale sales same sat saturday save saw say says scale school screen sea search season second section secure see seem seen sell
send sent separate september serious seven several shall shape share she shelf ship shipment shipped shipping shirt shoes shop short
should show side sign signed silver similar simple since single site six size skin sleep slow small smart so soft sold some someone
something soon sorry sound south speak special speed spend spring staff stage stand standard star start started state statement status
stay step still stock stop store story street strong stuck stuff style subscription such sudden sugar suit summer sun sunday supply
support sure switch system table take taken talk tax team tell ten terrible test than thank thanks that the their them then there these
they thing things think third this those though thought three through thursday ticket tie time times tired to today together told
tomorrow tonight too took top total touch toward town track tracking trade train transfer travel trip trouble true trust try trying
tuesday turn twice two type under understand unit until up update upgrade upset us use used user usual value verify very video view
visa visit voice voucher wait waiting walk wall want wanted warm warranty was wash watch water way we weak wear weather website
wednesday week weekend weeks well went were what wheel when where which while white who whole why wife will win wind window winter wish
with within without woman won wonderful word work working world worry worse worst worth would write wrong year years yellow yes
yesterday yet you young your yours zero zip`
  .trim()
  .split(/\s+/);

/** Characters that are pieces of their own, so that any text in Latin letters comes apart instead of becoming unknown. */
export const tinyCharacters: readonly string[] = [...'abcdefghijklmnopqrstuvwxyz0123456789', ...'.,;:!?\'"()[]{}<>-_/\\@#$%&*+=|~^`€£'];
